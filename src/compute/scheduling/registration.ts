import { schnorr } from '@noble/curves/secp256k1.js'
import { equalBytes, hexToBytes } from '../../lib/index.ts'
import type { RecordContent } from '../record-draft.ts'

/** The kind of the records by which compute nodes register. */
export const PROVER_KIND = 'prover'

/** What a registration's record says besides who signed it. */
export interface ProverRecord {
  /** Its author, 64 hex digits. */
  readonly author: string
  readonly seq: number
  /** Ed25519 key of the peer that proves for this author, 64 hex digits; null withdraws. */
  readonly peer: string | null
}

/** `program` of these records: one for all, so that `seq` rises over those of one author. */
export function proverProgram(): Uint8Array {
  return schnorr.utils.taggedHash('wsc/kind', new TextEncoder().encode(PROVER_KIND))
}

const KEY_BYTES = 32
/** A record has a body; all that is said stands in `output`, which indexes keep. */
const BODY = new TextEncoder().encode('a compute node')

/** What a record says: that this peer proves for the author; null, that none does any longer. */
export function proverRecord(peer: Uint8Array | null): RecordContent {
  const output = peer ?? new Uint8Array()
  return { kind: PROVER_KIND, program: proverProgram(), output, contentType: 'text/plain', body: BODY }
}

/** Reads a record whose signature holds, its bytes as hex; null where it is none of these. */
export function readProverRecord(record: {
  readonly kind: string
  readonly program: string
  readonly output: string
  readonly author: string
  readonly seq: number
}): ProverRecord | null {
  const { kind, program, output, author, seq } = record
  if (kind !== PROVER_KIND || !equalBytes(hexToBytes(program), proverProgram())) return null
  if (output !== '' && output.length !== 2 * KEY_BYTES) return null
  return { author, seq, peer: output === '' ? null : output }
}
