import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { schnorr } from '@noble/curves/secp256k1.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mainnet, regtest, signet } from '../../src/bitcoin/index.ts'
import { createWallet, openWallet, parseSecretKey, Wallet } from '../../src/settlement/io/index.ts'
import { outputSecretKey, taprootOutput } from '../../src/settlement/io/wallet/taproot.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-wallet-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: { code?: string }) => error.code,
  )

describe('taproot outputs', () => {
  // BIP341, test vectors (wallet-test-vectors.json).
  it.each([
    [
      'd6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d',
      undefined,
      '512053a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343',
      null,
    ],
    [
      '187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27',
      '20d85a959b0290bf19bb89ed43c916be835475d013da4b362117393e25a48229b8ac',
      '5120147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3',
      'c1187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27',
    ],
    [
      '93478e9488f956df2396be2ce6c5cced75f900dfa18e7dabd2428aae78451820',
      '20b617298552a72ade070667e86ca63b8f5789a9fe8731ef91202a91c9f3459007ac',
      '5120e4d810fd50586274face62b8a807eb9719cef49c04177cc6b76a9a4251d5450e',
      'c093478e9488f956df2396be2ce6c5cced75f900dfa18e7dabd2428aae78451820',
    ],
  ])('%s', (key, leaf, script, control) => {
    const output = taprootOutput(hexToBytes(key), leaf === undefined ? undefined : hexToBytes(leaf))
    expect(bytesToHex(output.script)).toBe(script)
    expect(output.controlBlock && bytesToHex(output.controlBlock)).toBe(control)
  })

  it('the tweaked secret belongs to the output key, whatever the parity', () => {
    for (let n = 1; n < 40; n++) {
      const secret = hexToBytes(n.toString(16).padStart(64, '0'))
      const { script } = taprootOutput(schnorr.getPublicKey(secret))
      expect(schnorr.getPublicKey(outputSecretKey(secret))).toEqual(script.slice(2))
    }
  })

  it('has the address of BIP86’s first output', () => {
    // m/86'/0'/0'/0/0 of BIP86, test vectors: the private key belonging to its internal key.
    const wallet = new Wallet(mainnet, hexToBytes('41f41d69260df4cf277826a9b65a3717e4eeddbeedf637f212ca096576479361'))
    expect(bytesToHex(wallet.publicKey)).toBe('cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115')
    expect(wallet.address).toBe('bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr')
  })
})

describe('wallet file', () => {
  const options = { params: regtest }
  const file = () => join(dir, 'folder', 'wallet.json')

  it('is made once, with mode 0600, and opened again', async () => {
    const made = await createWallet(file(), options)
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    const opened = await openWallet(file(), options)
    expect(opened.address).toBe(made.address)
    expect(made.address).toMatch(/^bcrt1p[0-9a-z]{58}$/)
    expect(await codeOf(createWallet(file(), options))).toBe('E_WALLET_FILE')
    expect((await openWallet(file(), options)).address).toBe(made.address)
  })

  it('shows its key nowhere', async () => {
    const secret = hexToBytes('5'.repeat(64))
    const wallet = await createWallet(file(), options, secret)
    const shown = `${JSON.stringify(wallet)} ${inspect(wallet, { depth: 9, showHidden: true })}`
    expect(shown).not.toContain('55555555')
    expect(shown).not.toContain('85, 85, 85, 85')
  })

  it.each([0o640, 0o604, 0o660, 0o601, 0o777])('is refused with mode %o', async (mode) => {
    await createWallet(file(), options)
    await chmod(file(), mode)
    expect(await codeOf(openWallet(file(), options))).toBe('E_WALLET_MODE')
  })

  it('is refused on another network, missing, damaged or no file at all', async () => {
    await createWallet(file(), options)
    for (const params of [mainnet, signet])
      expect(await codeOf(openWallet(file(), { params }))).toBe('E_WALLET_NETWORK')
    const bad = join(dir, 'bad.json')
    const good = await readFile(file(), 'utf8')
    const zero = good.replace(/"plain": "[0-9a-f]+"/, `"plain": "${'0'.repeat(64)}"`)
    for (const text of [
      '',
      '{',
      '{}',
      good.replace('"format": 1', '"format": 2'),
      good.slice(0, -9),
      zero,
      'x'.repeat(5000),
    ]) {
      await writeFile(bad, text, { mode: 0o600 })
      expect([text.slice(0, 20), await codeOf(openWallet(bad, options))]).toEqual([text.slice(0, 20), 'E_WALLET_FILE'])
    }
    const pipe = join(dir, 'pipe')
    execFileSync('mkfifo', ['-m', '600', pipe])
    for (const path of [join(dir, 'none'), dir, pipe])
      expect(await codeOf(openWallet(path, options))).toBe('E_WALLET_FILE')
  })

  it('with a passphrase is locked without it', async () => {
    const made = await createWallet(file(), { ...options, passphrase: 'correct horse' })
    expect(await readFile(file(), 'utf8')).not.toContain('plain')
    expect(await codeOf(openWallet(file(), options))).toBe('E_WALLET_LOCKED')
    expect(await codeOf(openWallet(file(), { ...options, passphrase: 'wrong' }))).toBe('E_WALLET_LOCKED')
    expect((await openWallet(file(), { ...options, passphrase: 'correct horse' })).address).toBe(made.address)
  })
})

describe('importing a key', () => {
  const KEY = '0000000000000000000000000000000000000000000000000000000000000001'
  const MAIN = 'KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn'
  const TEST = 'cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA'

  it('takes hex, WIF and a descriptor', () => {
    for (const text of [KEY, ` ${KEY}\n`, TEST, `tr(${TEST})`, `tr(${TEST})#abcdefgh`]) {
      expect(bytesToHex(parseSecretKey(text, regtest))).toBe(KEY)
    }
    expect(bytesToHex(parseSecretKey(MAIN, mainnet))).toBe(KEY)
  })

  it('refuses the rest without repeating it', () => {
    const cases: [string, string][] = [
      [MAIN, 'E_WALLET_NETWORK'],
      [TEST.replace('c', 'd'), 'E_WALLET_FILE'],
      ['0'.repeat(64), 'E_WALLET_FILE'],
      ['f'.repeat(64), 'E_WALLET_FILE'],
      ['secret words', 'E_WALLET_FILE'],
      [`wpkh(${TEST})`, 'E_WALLET_FILE'],
      ['', 'E_WALLET_FILE'],
    ]
    for (const [text, code] of cases) {
      try {
        parseSecretKey(text, regtest)
        throw new Error('taken')
      } catch (error) {
        expect((error as { code?: string }).code).toBe(code)
        if (text.length > 8) expect((error as Error).message).not.toContain(text.slice(0, 8))
      }
    }
  })
})
