import { decodeField, encodeField } from '../bus/index.ts'
import { errorCode, type Result, rejection } from '../lib/index.ts'
import type { SnarkVerifier } from '../proving/index.ts'

/** Why a folded proof proves nothing. */
export type EndReject = 'proof-malformed' | 'proof-invalid'

/** The state that a folded proof of so many steps from a start ends in. */
export async function provedEnd(
  verifier: SnarkVerifier,
  { proof, steps }: { readonly proof: Uint8Array; readonly steps: number },
  start: readonly bigint[],
): Promise<Result<{ readonly vector: readonly bigint[] }, EndReject>> {
  try {
    const vector = decodeField(await verifier.verify(proof, steps, encodeField(start)))
    return vector === null ? rejection('proof-malformed', 'it ends in no state') : { ok: true, vector }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'E_PROOF_INVALID') return rejection('proof-invalid', 'the proof does not verify for this program')
    if (code === 'E_PROOF_MALFORMED') return rejection('proof-malformed', 'the proof cannot be decoded')
    // A trap or a panic: whatever these bytes did to the verifier, they have proved nothing.
    if (code === 'E_INTERNAL') return rejection('proof-malformed', 'the proof made the verifier fail')
    throw error
  }
}
