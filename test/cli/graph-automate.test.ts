import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { runCli } from '../../src/cli/run.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { openTickets } from '../../src/cli/tickets.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { createTicket, createWallet } from '../../src/settlement/io/index.ts'
import { InscriberScene } from '../settlement/inscriber-scene.ts'
import { FakeBitcoindServer } from '../support/fake-bitcoind-server.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

let dir: string
let scene: InscriberScene
let server: FakeBitcoindServer
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-automate-'))
  scene = await InscriberScene.make(2)
  server = await FakeBitcoindServer.start(scene.node)
  await createWallet(join(dir, 'wallet.json'), { params: regtest })
})
afterEach(async () => {
  await server.stop()
  await scene.remove()
  await rm(dir, { recursive: true, force: true })
})

const program = 'ab'.repeat(32)

async function ticketOf(name: string): Promise<string> {
  const file = join(dir, name)
  await createTicket(file, { params: regtest, program, since: 1 }, (output) => scene.inscriber().pay([output], 2))
  return file
}

async function automate(...argv: string[]) {
  let stderr = ''
  const graph = await writeSmallGraph(join(dir, 'small'))
  const place = ['--network', 'regtest', '--rpc', server.url, '--wallet', join(dir, 'wallet.json')]
  const exit = await runCli(['graph', 'automate', graph, ...place, ...argv], '0.0.0', {
    terminal: openTerminal({ write: () => true }, { write: (text) => (stderr += text) }),
    env: { XDG_DATA_HOME: join(dir, 'data'), WSC_RPC_USER: 'any', WSC_RPC_PASSWORD: 'any' },
    signal: new AbortController().signal,
    clock: () => 1_800_000_000_000,
  })
  return { exit, stderr }
}

test('a ticket goes with a budget, and is that of the graph', async () => {
  const file = await ticketOf('a.ticket')
  const unpaid = await automate('--ticket', file)
  expect([unpaid.exit, unpaid.stderr]).toEqual([2, expect.stringContaining('--ticket is for what --budget pays')])
  const other = await automate('--ticket', file, '--budget', '1000')
  expect([other.exit, other.stderr]).toEqual([
    2,
    expect.stringContaining(`${file} is the ticket of program ${program}`),
  ])
})

test('of each graph there is one ticket', async () => {
  const files = [await ticketOf('a.ticket'), await ticketOf('b.ticket')]
  const programs = [{ id: hexToBytes(program) }, { id: new Uint8Array(32) }]
  expect(await openTickets(files.slice(0, 1), programs, regtest)).toMatchObject([{ program }])
  await expect(openTickets(files, programs, regtest)).rejects.toMatchObject({ code: 'E_USAGE' })
  await expect(openTickets(files.slice(1), programs.slice(1), regtest)).rejects.toMatchObject({ code: 'E_USAGE' })
})
