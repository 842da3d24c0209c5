import { randomBytes } from 'node:crypto'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { z } from 'zod'
import { bytesToHex, errorCode, hexOf, hexToBytes } from '../lib/index.ts'
import { createPrivateFile, readPrivateFile } from '../lib/io/index.ts'
import { p2pError } from './errors.ts'

/** The file `peer.json`: an Ed25519 seed. Whoever has it can be this peer. */
const fileSchema = z.strictObject({ format: z.literal(1), seed: hexOf(32) })
const MAX_FILE_BYTES = 1024

/** A key for this once. */
export async function newIdentity(): Promise<PrivateKey> {
  return await generateKeyPairFromSeed('Ed25519', randomBytes(32))
}

/**
 * The key in this file, which is made, with mode 0600, where there is none. Throws E_P2P_IDENTITY where it cannot be read,
 * is open to others, or is no such file; nothing is ever written over.
 */
export async function loadIdentity(file: string): Promise<PrivateKey> {
  const seed = bytesToHex(randomBytes(32))
  try {
    await createPrivateFile(file, `${JSON.stringify({ format: 1, seed })}\n`)
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') {
      throw p2pError('E_P2P_IDENTITY', `cannot write ${file}: ${errorCode(cause) ?? String(cause)}`, { cause })
    }
  }
  const text = await readPrivateFile(file, MAX_FILE_BYTES, (fault, detail, cause) => {
    if (fault !== 'mode') return p2pError('E_P2P_IDENTITY', detail, { cause })
    return p2pError('E_P2P_IDENTITY', detail, { cure: { act: 'make-private', subject: file } })
  })
  const parsed = fileSchema.safeParse(jsonOf(text))
  if (!parsed.success) throw p2pError('E_P2P_IDENTITY', `${file} holds no peer identity, or is damaged`)
  return await generateKeyPairFromSeed('Ed25519', hexToBytes(parsed.data.seed))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
