import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mainnet, regtest } from '../../src/bitcoin/index.ts'
import { openAcceptedProgram, requireAcceptedPrograms } from '../../src/cli/accepted-program.ts'
import type { CliContext } from '../../src/cli/context.ts'
import { runCli } from '../../src/cli/run.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { ceremonyFiles, compileGraph, readGraph } from '../../src/compute/io/index.ts'
import { beginCeremony, contribute, ensureGroth16Key, noteSetup } from '../../src/proving/io/index.ts'
import { tinyGraph } from '../support/tiny-graph.ts'

let dir: string
let folder: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-accepted-'))
  folder = await tinyGraph(join(dir, 'tiny'))
})
afterEach(async () => {
  await rm(dir, { recursive: true })
})

function contextOf(told: (text: string) => unknown = () => true): CliContext {
  return {
    terminal: openTerminal({ write: () => true }, { write: told }),
    env: { XDG_DATA_HOME: join(dir, 'data') },
    signal: new AbortController().signal,
    clock: () => 1_800_000_000_000,
  }
}

it('a program is taken where its key is one of a ceremony, or the network or the user takes another', async () => {
  const context = contextOf()
  const open = (params: typeof mainnet, insecureDevSetup = false) =>
    openAcceptedProgram(folder, params, { insecureDevSetup }, context)
  await expect(open(mainnet)).rejects.toMatchObject({ code: 'E_USAGE', message: expect.stringContaining('--ptau') })
  expect(await open(regtest)).toMatchObject({ ok: true, program: { setup: 'insecure-dev' } })
  expect(await open(mainnet, true)).toMatchObject({ ok: true })

  const { circuit } = await compileGraph(await readGraph(folder))
  const first = join(dir, '0.zkey')
  await beginCeremony(circuit, first)
  await mkdir(join(folder, 'setup'))
  const key = join(folder, 'setup', 'ceremony.zkey')
  await contribute({ from: first, to: key }, 'Alice')
  expect(ceremonyFiles(await readGraph(folder))).toMatchObject({ key })
  const refused = { ok: false, reject: 'insecure-setup', detail: expect.stringContaining('not judged on this machine') }
  expect(await open(mainnet)).toMatchObject(refused)
  await expect(requireAcceptedPrograms([folder], mainnet, {}, context)).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringContaining(folder),
  })
  await noteSetup(await ensureGroth16Key(circuit, key), 'ceremony')
  expect(await open(mainnet)).toMatchObject({ ok: true, program: { setup: 'ceremony' } })
}, 120_000)

it('whoever makes or takes results asks for powers of a ceremony where the graph has no key of one, and not where it has', async () => {
  const node = ['--rpc', 'http://127.0.0.1:1', '--network', 'mainnet']
  const commands = [
    ['graph', 'prove', folder, '--out', join(dir, 'r'), '--proof', join(dir, 'p'), '--arguments', join(dir, 'a')],
    ['graph', 'publish', folder, '--network', 'mainnet', '--dry-run'],
    ['graph', 'automate', folder, ...node],
    ['compute', 'serve', '--graph', folder, ...node],
    ['results', 'ls', '--graph', folder, ...node],
    ['worker', '--graph', folder, '--queue', 'redis://127.0.0.1:1', ...node],
  ]
  const told = async (argv: readonly string[]) => {
    let text = ''
    await runCli(
      argv,
      '0.0.0',
      contextOf((more) => (text += more)),
    )
    return text
  }
  for (const argv of commands)
    expect([argv, await told(argv)]).toEqual([argv, expect.stringContaining('give its file by --ptau')])
  await mkdir(join(folder, 'setup'))
  await writeFile(join(folder, 'setup', 'ceremony.zkey'), 'no key')
  for (const argv of commands) {
    expect([argv, await told(argv)]).toEqual([argv, expect.not.stringContaining('give its file by --ptau')])
  }
}, 120_000)
