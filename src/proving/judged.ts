import { errorCode, type Result, rejection } from '../lib/index.ts'
import type { ProofReject } from './engine.ts'

const REJECTS: Readonly<Record<string, ProofReject>> = {
  E_PUBLIC_VALUES: 'bad-public-values',
  E_PROOF_MALFORMED: 'proof-malformed',
  E_PROOF_INVALID: 'proof-invalid',
  // A panic or a trap: whatever these bytes did to the verifier, they have proved nothing.
  E_INTERNAL: 'proof-malformed',
}

/** What a verifier below says by an error, as a verdict. */
export async function judged(verify: () => Promise<void>): Promise<Result<object, ProofReject>> {
  try {
    await verify()
    return { ok: true }
  } catch (error) {
    const reject = REJECTS[errorCode(error) ?? '']
    if (reject === undefined) throw error
    return rejection(reject, (error as Error).message)
  }
}
