import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { regtest } from '../../src/bitcoin/index.ts'
import { verifyProof } from '../../src/bus/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { rejectOf } from './results.ts'
import { proveRegtest } from './wsc.ts'

/** The committed development key, or the one that WSC_KEY names. */
export async function builtInKey(): Promise<Uint8Array> {
  const committed = new URL('../../src/bus/verifier/dev.key', import.meta.url)
  return await readFile(process.env.WSC_KEY ?? fileURLToPath(committed))
}

export interface RealProof {
  readonly file: string
  readonly bytes: Uint8Array
  readonly verifier: NativeVerifier
  /** Why the bytes are refused; null when they are valid. */
  reasonOf(bytes: Uint8Array): Promise<string | null>
}

/** A real proof of five regtest headers, and its verifier. */
export async function realProof(directory: string): Promise<RealProof> {
  const file = await proveRegtest(directory)
  const verifier = new NativeVerifier(await builtInKey())
  const now = Date.now() / 1000
  return {
    file,
    bytes: new Uint8Array(await readFile(file)),
    verifier,
    reasonOf: async (bytes) => rejectOf(await verifyProof(bytes, { params: regtest, verifier, now })),
  }
}

const CHECKSUM = 32

/** The checksum made anew, as a forger would: what was changed before it has to be noticed elsewhere. */
export function reseal(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice()
  const end = out.length - CHECKSUM
  out.set(createHash('sha256').update(out.subarray(0, end)).digest(), end)
  return out
}

export function flip(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ mask)
}

/** Bytes before the SNARK: magic to key id and length. */
export function headLength(bytes: Uint8Array): number {
  const FIXED = 85
  return FIXED + (bytes[FIXED - 1] ?? 0) + 4
}
