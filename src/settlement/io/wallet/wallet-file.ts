import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { schnorr } from '@noble/curves/secp256k1.js'
import { z } from 'zod'
import { type NetworkParams, networkHash, networkParams } from '../../../bitcoin/index.ts'
import {
  aText,
  bytesToHex,
  errorCode,
  hexToBytes,
  type OptionRules,
  optional,
  requireOptions,
} from '../../../lib/index.ts'
import { createPrivateFile, readPrivateFile } from '../../../lib/io/index.ts'
import { settlementError } from '../../errors.ts'
import { Wallet } from './wallet.ts'

const MAX_WALLET_BYTES = 4096
/** scrypt with 32 MiB; about a tenth of a second. */
const SCRYPT = { N: 1 << 15, r: 8, p: 1, maxmem: 64 << 20 }

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))

const fileSchema = z.strictObject({
  format: z.literal(1),
  /** For people; `networkHash` decides. */
  network: z.string().max(64),
  networkHash: hex(32),
  key: z.union([
    z.strictObject({ plain: hex(32) }),
    z.strictObject({ cipher: z.literal('scrypt-aes-256-gcm'), salt: hex(16), nonce: hex(12), box: hex(48) }),
  ]),
})

/** Of which network a wallet is, and what its key is locked by. */
export interface WalletFileOptions {
  readonly params: NetworkParams
  /** Encrypts the key, or opens an encrypted one. */
  readonly passphrase?: string | undefined
}

const OPTIONS: OptionRules<WalletFileOptions> = { params: networkParams, passphrase: optional(aText) }

/**
 * Writes a wallet to a new file of mode 0600; one that is there is never written over.
 *
 * @example
 * import { randomUUID } from 'node:crypto'
 * import { createWallet, regtest } from 'wsc-bitcoin'
 *
 * const wallet = await createWallet(`wallet-${randomUUID()}.json`, { params: regtest })
 * console.log(wallet.address.slice(0, 6)) // bcrt1p
 */
export async function createWallet(
  file: string,
  options: WalletFileOptions,
  secretKey: Uint8Array = schnorr.utils.randomSecretKey(),
): Promise<Wallet> {
  requireOptions('createWallet', options, OPTIONS)
  const { params, passphrase } = options
  const wallet = new Wallet(params, secretKey)
  const key = passphrase === undefined ? { plain: bytesToHex(secretKey) } : seal(secretKey, passphrase)
  const content = { format: 1, network: params.name, networkHash: bytesToHex(networkHash(params)), key }
  try {
    await createPrivateFile(file, `${JSON.stringify(content, null, 2)}\n`)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const detail = code === 'EEXIST' ? 'it exists, and a wallet is never written over' : message
    throw settlementError('E_WALLET_FILE', `cannot create the wallet ${file}: ${detail}`, { cause })
  }
  return wallet
}

/**
 * Throws E_WALLET_FILE, E_WALLET_MODE, E_WALLET_NETWORK or E_WALLET_LOCKED; no message ever holds the key.
 *
 * @example
 * import { openWallet, regtest } from 'wsc-bitcoin'
 *
 * const address = await openWallet('none.json', { params: regtest }).then((wallet) => wallet.address, (error) => error.code)
 * console.log(address) // E_WALLET_FILE
 */
export async function openWallet(file: string, options: WalletFileOptions): Promise<Wallet> {
  requireOptions('openWallet', options, OPTIONS)
  const { params, passphrase } = options
  const parsed = fileSchema.safeParse(parseJson(await readWallet(file)))
  if (!parsed.success) throw settlementError('E_WALLET_FILE', `${file} is no wallet file, or is damaged`)
  const { key, network, networkHash: found } = parsed.data
  if (found !== bytesToHex(networkHash(params))) {
    const cure = { act: 'other-network-or-wallet' }
    throw settlementError('E_WALLET_NETWORK', `The wallet ${file} is of ${network}, not of ${params.name}.`, { cure })
  }
  const secretKey = 'plain' in key ? hexToBytes(key.plain) : unseal(key, passphrase, file)
  if (!isSecretKey(secretKey)) {
    throw settlementError('E_WALLET_FILE', `${file} holds no usable key`)
  }
  return new Wallet(params, secretKey)
}

async function readWallet(file: string): Promise<string> {
  try {
    return await readPrivate(file)
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown }
    if (errorCode(cause) !== 'ENOENT') throw error
    throw settlementError('E_WALLET_FILE', `there is no wallet ${file}`, { cause, cure: { act: 'create-wallet' } })
  }
}

/** A small regular file that nobody but its owner can read. */
export async function readPrivate(file: string): Promise<string> {
  return await readPrivateFile(file, MAX_WALLET_BYTES, (fault, detail, cause) =>
    fault === 'mode'
      ? settlementError('E_WALLET_MODE', detail, { cure: { act: 'make-private', subject: file } })
      : settlementError('E_WALLET_FILE', detail, { cause }),
  )
}

/** In [1, n−1]. */
export function isSecretKey(bytes: Uint8Array): boolean {
  try {
    schnorr.getPublicKey(bytes)
    return true
  } catch {
    return false
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Sealed = Extract<z.output<typeof fileSchema>['key'], { cipher: string }>

function seal(secretKey: Uint8Array, passphrase: string): Sealed {
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase.normalize('NFKC'), salt, 32, SCRYPT), nonce)
  const box = Buffer.concat([cipher.update(secretKey), cipher.final(), cipher.getAuthTag()])
  return { cipher: 'scrypt-aes-256-gcm', salt: bytesToHex(salt), nonce: bytesToHex(nonce), box: bytesToHex(box) }
}

function unseal({ salt, nonce, box }: Sealed, passphrase: string | undefined, file: string): Uint8Array {
  if (passphrase === undefined) {
    const cure = { act: 'give-passphrase' }
    throw settlementError('E_WALLET_LOCKED', `The wallet ${file} is locked by a passphrase.`, { cure })
  }
  const bytes = hexToBytes(box)
  const key = scryptSync(passphrase.normalize('NFKC'), hexToBytes(salt), 32, SCRYPT)
  const decipher = createDecipheriv('aes-256-gcm', key, hexToBytes(nonce))
  decipher.setAuthTag(bytes.subarray(32))
  try {
    return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(0, 32)), decipher.final()]))
  } catch {
    throw settlementError('E_WALLET_LOCKED', `The passphrase does not open the wallet ${file}.`)
  }
}
