import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorization, defaultDataDir } from '../../src/bitcoin/io/auth.ts'
import { defaultCookieFile, resolveAuth } from '../../src/bitcoin/io/index.ts'
import { codeOf } from './fake-bitcoind.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-auth-'))
})
afterAll(() => rm(dir, { recursive: true }))

test('bitcoind’s usual places', () => {
  expect(defaultDataDir('/home/me', 'linux')).toBe('/home/me/.bitcoin')
  expect(defaultDataDir('/Users/me', 'darwin')).toBe('/Users/me/Library/Application Support/Bitcoin')
  expect(defaultCookieFile('mainnet', '/d')).toBe('/d/.cookie')
  expect(defaultCookieFile('testnet4', '/d')).toBe('/d/testnet4/.cookie')
  expect(defaultCookieFile('signet', '/d')).toBe('/d/signet/.cookie')
  expect(defaultCookieFile('regtest', '/d')).toBe('/d/regtest/.cookie')
  expect(defaultCookieFile('my-custom-signet', '/d')).toBe('/d/signet/.cookie')
  expect(defaultCookieFile('constructor', '/d')).toBe('/d/signet/.cookie')
})

test('flag, then environment, then the usual place', async () => {
  const network = 'regtest'
  const env = { WSC_RPC_COOKIE: '/env/cookie', WSC_RPC_USER: 'me', WSC_RPC_PASSWORD: 'secret' }
  expect(await resolveAuth({ cookieFile: '/flag/cookie', env, network })).toEqual({
    kind: 'cookie',
    file: '/flag/cookie',
  })
  expect(await resolveAuth({ env, network })).toEqual({ kind: 'cookie', file: '/env/cookie' })
  const { WSC_RPC_COOKIE: _, ...user } = env
  expect(await resolveAuth({ env: user, network })).toEqual({ kind: 'password', user: 'me', password: 'secret' })
  expect(await resolveAuth({ env: {}, network })).toEqual({ kind: 'cookie', file: defaultCookieFile(network) })
})

test('a password comes from the first line of a file too', async () => {
  const file = join(dir, 'password')
  await writeFile(file, 'secret with spaces \r\nsecond line\n')
  const env = { WSC_RPC_USER: 'me', WSC_RPC_PASSWORD_FILE: file }
  const expected = { kind: 'password', user: 'me', password: 'secret with spaces ' }
  expect(await resolveAuth({ env, network: 'regtest' })).toEqual(expected)
})

test('a user without a password, and a file that is not there', async () => {
  expect(await codeOf(resolveAuth({ env: { WSC_RPC_USER: 'me' }, network: 'regtest' }))).toBe('E_NODE_AUTH')
  const env = { WSC_RPC_USER: 'me', WSC_RPC_PASSWORD_FILE: join(dir, 'none') }
  await expect(resolveAuth({ env, network: 'regtest' })).rejects.toThrow(/ENOENT/)
})

test.each([
  ['UTF-8 with a byte-order mark', Buffer.from('\ufeffsecret ü\r\nmore')],
  ['UTF-16, low byte first', Buffer.from('\ufeffsecret ü\r\nmore', 'utf16le')],
  ['UTF-16, high byte first', Buffer.from('\ufeffsecret ü\r\nmore', 'utf16le').swap16()],
])('a password file in %s', async (_name, bytes) => {
  const file = join(dir, 'marked')
  await writeFile(file, bytes)
  const env = { WSC_RPC_USER: 'me', WSC_RPC_PASSWORD_FILE: file }
  expect(await resolveAuth({ env, network: 'regtest' })).toEqual({ kind: 'password', user: 'me', password: 'secret ü' })
  await writeFile(file, Buffer.from('\ufeff__cookie__:abc'))
  expect(await authorization({ kind: 'cookie', file })).toBe(
    `Basic ${Buffer.from('__cookie__:abc').toString('base64')}`,
  )
})
