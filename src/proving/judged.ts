import { aByteArray, errorCode, type Result, rejection, requireArgument } from '../lib/index.ts'
import type { ProofReject } from './engine.ts'

const REJECTS: Readonly<Record<string, ProofReject>> = {
  E_PUBLIC_VALUES: 'bad-public-values',
  E_PROOF_MALFORMED: 'proof-malformed',
  E_PROOF_INVALID: 'proof-invalid',
  // A panic or a trap: whatever these bytes did to the verifier, they have proved nothing.
  E_INTERNAL: 'proof-malformed',
}

/**
 * What a verifier below says by an error, as a verdict. Throws E_OPTIONS where one of both is no byte array: that is the
 * caller's mistake, and says nothing of a proof.
 */
export async function judged(
  proof: Uint8Array,
  publicValues: Uint8Array,
  verify: (proof: Uint8Array, publicValues: Uint8Array) => Promise<void>,
): Promise<Result<object, ProofReject>> {
  requireArgument('verify', 'proof', proof, aByteArray)
  requireArgument('verify', 'publicValues', publicValues, aByteArray)
  try {
    await verify(proof, publicValues)
    return { ok: true }
  } catch (error) {
    const reject = REJECTS[errorCode(error) ?? '']
    if (reject === undefined) throw error
    return rejection(reject, (error as Error).message)
  }
}
