import { link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runInProcess } from '../support/in-process.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

let dir: string
const { HOME } = process.env
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-protected-'))
  process.env.HOME = dir
})
afterEach(async () => {
  process.env.HOME = HOME
  await rm(dir, { recursive: true, force: true })
})

async function wsc(...argv: string[]) {
  return await runInProcess(argv, {
    env: { XDG_DATA_HOME: join(dir, 'data'), WSC_WALLET_PASSPHRASE_FILE: join(dir, 'passphrase') },
    clock: () => 1_800_000_000_000,
  })
}

async function put(...path: string[]): Promise<string> {
  const file = join(dir, ...path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, 'as it was')
  return file
}

/** Every command that writes a file where it is told to. */
const writers = (out: string, inputs: Readonly<Record<string, string>> = {}) => {
  const given = Object.entries(inputs).flatMap(([name, file]) => [`--${name}`, file])
  return [
    ['check', join(dir, 'i.att'), '--proof', join(dir, 'p'), '--body', out, ...given],
    ['attest', 'header', '3', '--proof', join(dir, 'p'), '--out', out, ...given],
    ['attest', 'refresh', join(dir, 'i.att'), '--proof', join(dir, 'p'), '--out', out, ...given],
    ['inscriptions', 'show', `${'ab'.repeat(32)}i0`, '--out', out],
    ['bus', 'fetch', 'http://127.0.0.1:1', '--out', out, ...given],
    ['bus', 'prove', '--network', 'regtest', '--out', out],
    ['bus', 'follow', '--network', 'regtest', '--out', out],
    ['bus', 'checkpoint', 'export', out, '--network', 'regtest'],
    ['bus', 'anchor', '--headers', join(dir, 'h'), '--start-height', '0', '--at', '1', '--out', out],
  ]
}

it('writes over no wallet, cookie or passphrase, by whatever name', async () => {
  const wallet = await put('data', 'wsc', 'regtest', 'wallet.json')
  const custom = await put('data', 'wsc', 'my-signet', 'wallet.json')
  const cookie = await put('.bitcoin', 'regtest', '.cookie')
  const passphrase = await put('passphrase')
  const [hard, soft] = [join(dir, 'hard'), join(dir, 'soft')]
  await link(wallet, hard)
  await symlink(wallet, soft)
  await symlink(join(dir, 'data'), join(dir, 'folder'))
  const unmade = join(dir, 'data', 'wsc', 'regtest', '..', 'signet', 'wallet.json')
  await mkdir(join(dir, 'data', 'wsc', 'signet'))
  const places = [wallet, custom, cookie, passphrase, hard, soft, join(dir, 'folder', 'wsc', 'regtest', 'wallet.json')]
  for (const out of [...places, unmade]) {
    for (const argv of writers(out)) {
      const { exit, stderr } = await wsc(...argv)
      expect([argv, exit, stderr]).toEqual([argv, 2, expect.stringContaining(`${out} holds a key, password or cookie`)])
      expect(stderr).toContain('(E_USAGE)')
    }
  }
  for (const file of places) expect(await readFile(file, 'utf8')).toBe('as it was')
})

it('writes over nothing it reads', async () => {
  for (const name of ['key', 'anchor']) {
    const file = await put(name)
    const other = join(dir, `${name}-link`)
    await link(file, other)
    for (const argv of writers(other, { [name]: file }).filter((argv) => argv.includes(`--${name}`))) {
      const { exit, stderr } = await wsc(...argv)
      expect([argv, exit, stderr]).toEqual([argv, 2, expect.stringContaining(`is an input (${file})`)])
    }
  }
  const cookie = await put('cookie')
  const node = ['--rpc', 'http://127.0.0.1:1', '--rpc-cookie', cookie, '--network', 'regtest']
  for (const argv of [
    ['inscriptions', 'show', `${'ab'.repeat(32)}i0`, '--out', cookie, ...node],
    ['bus', 'prove', '--out', cookie, ...node],
    ['attest', 'header', '3', '--proof', join(dir, 'p'), '--out', cookie, ...node],
  ]) {
    expect((await wsc(...argv)).stderr).toContain(`${cookie} holds a key, password or cookie`)
  }
})

it('writes over nothing that a graph is proved from, or made of', async () => {
  const folder = join(dir, 'graph')
  await mkdir(folder)
  await writeSmallGraph(folder)
  const file = await put('input')
  const peer = ['--peer', '/ip4/127.0.0.1/tcp/1', '--proof', join(dir, 'p')]
  const reading = (command: string, ...options: string[]) => [
    ...['graph', command, folder, '--out', file, ...(command === 'request' ? peer : [])],
    ...options,
  ]
  const cases = [
    ...['arguments', 'attestation', 'content'].flatMap((name) =>
      ['prove', 'request'].map((command) => reading(command, `--${name}`, file)),
    ),
    reading('prove', '--headers', join(dir, 'h'), '--block-file', join(dir, 'b'), '--block-file', file),
    ...['graph.yaml', 'small.circom'].flatMap((name) => [
      ['graph', 'prove', folder, '--out', join(folder, name)],
      ['graph', 'request', folder, '--out', join(folder, name), ...peer],
      ['graph', 'bundle', folder, '--out', join(folder, name)],
    ]),
  ]
  for (const argv of cases) {
    const { exit, stderr } = await wsc(...argv)
    expect([argv, exit, stderr]).toEqual([argv, 2, expect.stringContaining('is an input')])
  }
  expect(await readFile(file, 'utf8')).toBe('as it was')
})

it('writes nothing into a store', async () => {
  await put('settlement', 'inscriber', 'CURRENT')
  for (const name of ['CURRENT', '000003.log', 'new']) {
    for (const argv of writers(join(dir, 'settlement', 'inscriber', name))) {
      const { exit, stderr } = await wsc(...argv)
      expect([argv, exit, stderr]).toEqual([argv, 2, expect.stringContaining('is a store’s folder')])
    }
  }
})

it('inscribes no wallet, cookie or passphrase: all could read it', async () => {
  const usual = await put('data', 'wsc', 'regtest', 'wallet.json')
  const own = await put('own.json')
  const hard = join(dir, 'hello.txt')
  await link(usual, hard)
  const batch = join(dir, 'batch.json')
  for (const body of [usual, own, hard, await put('passphrase'), await put('.bitcoin', '.cookie')]) {
    await writeFile(batch, JSON.stringify([{ body: await put('fine') }, { body }]))
    for (const given of [
      ['--body', body],
      ['--batch', batch],
    ]) {
      const argv = ['inscribe', ...given, '--network', 'regtest', '--wallet', own]
      const { exit, stderr } = await wsc(...argv)
      expect([argv, exit, stderr]).toEqual([
        argv,
        2,
        expect.stringContaining(`${body} holds a key, password or cookie`),
      ])
    }
  }
})
