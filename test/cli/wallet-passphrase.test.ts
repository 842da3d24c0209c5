import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { createWallet } from '../../src/settlement/io/index.ts'
import { runInProcess } from '../support/in-process.ts'

let dir: string
/** Of the last command. */
let stdout: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-passphrase-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function wallet(env: Readonly<Record<string, string>>, ...argv: string[]) {
  const said = await runInProcess(['wallet', ...argv, '--network', 'regtest', '--wallet', join(dir, 'w.json')], { env })
  stdout = said.stdout
  return [said.exit, said.stderr] as const
}

async function put(name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text, { mode: 0o600 })
  return join(dir, name)
}

it('makes no wallet that anybody can open', async () => {
  const key = await put('key', '01'.repeat(32))
  const cases = [
    [{ WSC_WALLET_PASSPHRASE: '' }, 'WSC_WALLET_PASSPHRASE is empty'],
    [{ WSC_WALLET_PASSPHRASE: '  ' }, 'WSC_WALLET_PASSPHRASE is empty'],
    [{ WSC_WALLET_PASSPHRASE_FILE: await put('empty', '') }, 'empty is empty'],
    [{ WSC_WALLET_PASSPHRASE_FILE: await put('blank', ' \r\nsecond line\n') }, 'blank is empty'],
  ] as const
  for (const [env, message] of cases) {
    for (const argv of [['create'], ['import', '--key-file', key]]) {
      expect(await wallet(env, ...argv)).toEqual([2, expect.stringContaining(message)])
    }
  }
  expect(await readdir(dir)).not.toContain('w.json')
  expect(await wallet({ WSC_WALLET_PASSPHRASE_FILE: await put('good', 'secret\nsecond line\n') }, 'create')).toEqual([
    0,
    '',
  ])
  expect(await readFile(join(dir, 'w.json'), 'utf8')).toContain('scrypt')
  const made = /send coins to (bcrt1p\S+)\n(author [0-9a-f]{64}\n)$/.exec(stdout)
  expect(await wallet({ WSC_WALLET_PASSPHRASE: 'secret' }, 'address')).toEqual([0, made?.[2]])
  expect(stdout).toBe(`${made?.[1]}\n`)
})

it('still opens a wallet that was made so', async () => {
  await createWallet(join(dir, 'w.json'), { params: regtest, passphrase: '' })
  expect(await wallet({ WSC_WALLET_PASSPHRASE: '' }, 'address')).toEqual([
    0,
    expect.stringMatching(/^author [0-9a-f]{64}\n$/),
  ])
})
