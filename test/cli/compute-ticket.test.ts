import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { runCli } from '../../src/cli/run.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { createWallet, openTicket, openWallet } from '../../src/settlement/io/index.ts'
import { spendCoins } from '../../src/settlement/io/inscriber/transactions.ts'
import { FakeBitcoind } from '../support/fake-bitcoind.ts'
import { FakeBitcoindServer } from '../support/fake-bitcoind-server.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

let dir: string
let file: string
let graph: string
let node: FakeBitcoind
let server: FakeBitcoindServer
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-ticket-'))
  file = join(dir, 'my.ticket')
  graph = await writeSmallGraph(join(dir, 'small'))
  await createWallet(wallet(), { params: regtest })
  node = new FakeBitcoind()
  node.mine((await openWallet(wallet(), { params: regtest })).script)
  for (let i = 0; i < 100; i++) node.mine()
  server = await FakeBitcoindServer.start(node)
})
afterEach(async () => {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
})

const wallet = () => join(dir, 'wallet.json')

async function ticket(...argv: string[]) {
  let stdout = ''
  let stderr = ''
  const exit = await runCli(['compute', 'ticket', ...argv], '0.0.0', {
    terminal: openTerminal({ write: (text) => (stdout += text) }, { write: (text) => (stderr += text) }),
    env: { XDG_DATA_HOME: join(dir, 'data'), WSC_RPC_USER: 'any', WSC_RPC_PASSWORD: 'any' },
    signal: new AbortController().signal,
    clock: () => 1_800_000_000_000,
  })
  return { exit, stdout, stderr }
}
const create = (...argv: string[]) =>
  ticket(
    ...['create', file, '--graph', graph, '--network', 'regtest', '--rpc', server.url],
    ...['--wallet', wallet(), '--fee-rate', '2', ...argv],
  )
const status = (...argv: string[]) => ticket('status', file, '--network', 'regtest', '--rpc', server.url, ...argv)

test('a ticket is made, followed while it goes on, and told to be lost', async () => {
  const made = await create('--json')
  expect(made.exit).toBe(0)
  const { program, coin, ...rest } = JSON.parse(made.stdout)
  expect(rest).toEqual({ file, satoshis: 330 })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const opened = await openTicket(file, regtest)
  expect([opened.program, `${toDisplay(opened.genesis.txid as never)}:0`]).toEqual([program, coin])
  expect(node.pool.size).toBe(1)

  // What the node lost is sent again by whoever looks.
  node.pool.clear()
  const waits = await status()
  expect(waits).toMatchObject({ exit: 0, stdout: `program ${program}: ticket ${coin} is unconfirmed, spent 0 times\n` })
  expect(node.pool.size).toBe(1)
  node.mine()
  expect(JSON.parse((await status('--json')).stdout)).toEqual({ program, state: 'free', coin, spent: 0 })

  const spent = { wallet: opened.wallet, coin: opened.genesis }
  const gone = spendCoins(opened.wallet, [opened.genesis], [{ script: Uint8Array.of(0x51), value: 100n }], spent)
  node.mine(undefined, [gone])
  const lost = await status()
  expect(lost.exit).toBe(1)
  expect(lost.stdout).toContain(' is lost, spent 1 times')
})

test('a file that is there is never written over, and nothing is sent', async () => {
  await writeFile(file, 'mine')
  const { exit, stdout, stderr } = await create()
  expect([exit, stdout, node.pool.size]).toEqual([2, '', 0])
  expect(stderr).toContain('it exists, and a ticket is never written over')
  expect(await readFile(file, 'utf8')).toBe('mine')
})

test('what is no ticket, of another network, or paid by a wallet of the node is refused by name', async () => {
  expect(await create('--fund-from', 'savings')).toMatchObject({ exit: 2, stdout: '' })
  expect([node.pool.size, await stat(file).catch(() => null)]).toEqual([0, null])
  await create()
  const other = await ticket('status', file, '--network', 'signet', '--rpc', server.url)
  expect(other.stderr).toContain(`the ticket ${file} is of another network than signet`)
  const bad = join(dir, 'bad.ticket')
  await writeFile(bad, '{}', { mode: 0o600 })
  const none = await ticket('status', bad, '--network', 'regtest', '--rpc', server.url)
  expect(none.stderr).toContain(`${bad} is no ticket, or is damaged`)
  expect([other.exit, none.exit]).toEqual([2, 2])
  expect(await ticket('create', file, '--network', 'regtest')).toMatchObject({ exit: 2 })
})
