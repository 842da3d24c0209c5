import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, hexToBytes } from '../lib/index.ts'

/** What a program is: its parts from which its id follows. */
export interface ProgramParts {
  /** The manifest's bytes as they are. */
  readonly manifest: Uint8Array
  /** Id of the compiled circuit, 64 hex digits: compiler, flags and every source by name. */
  readonly circuitId: string
  /** Id of the compact verifying key, 64 hex digits: shape, powers of tau and proof system. */
  readonly keyId: string
}

/** SHA-256 over a tag, SHA-256 of the manifest, circuit id and key id: 32 bytes. */
export function programId({ manifest, circuitId, keyId }: ProgramParts): Uint8Array {
  const tag = sha256(new TextEncoder().encode('wsc/program'))
  return sha256(concatBytes(tag, tag, sha256(manifest), hexToBytes(circuitId), hexToBytes(keyId)))
}
