import { equalBytes, errorCode, type Result, rejection } from '../../src/lib/index.ts'
import type { SnarkVerifier, StorageKernel } from '../../src/proving/index.ts'
import { SAMPLES, STEPS } from './certificate.ts'
import { type Drawing, drawnUnits, startOf, stateBytes } from './statement.ts'

/** What is wrong with the proof of the steps. */
export type StepsReject = 'proof-malformed' | 'proof-invalid' | 'wrong-end'

/**
 * That the units drawn are opened in the blob's root, under this key: exactly all steps, from the start made here. Tells how many
 * different units these are.
 */
export async function verifySteps(
  kernel: Pick<StorageKernel, 'storageDraw'>,
  verifier: SnarkVerifier,
  drawing: Drawing,
  proof: Uint8Array,
): Promise<Result<{ readonly drawn: number }, StepsReject>> {
  const start = startOf(kernel, drawing)
  let end: Uint8Array
  let drawn: number
  try {
    const verifying = verifier.verify(proof, STEPS, stateBytes(start))
    // Natively that is another thread's work.
    drawn = new Set(drawnUnits(kernel, start)).size
    end = await verifying
  } catch (error) {
    const code = errorCode(error)
    if (code === 'E_PROOF_INVALID') return rejection('proof-invalid', 'the proof does not verify for these units')
    if (code === 'E_PROOF_MALFORMED') return rejection('proof-malformed', 'the proof cannot be decoded')
    // A trap or a panic: whatever these bytes did to the verifier, they have proved nothing.
    if (code === 'E_INTERNAL') return rejection('proof-malformed', 'the proof made the verifier fail')
    throw error
  }
  if (equalBytes(end, stateBytes({ ...start, sample: SAMPLES }))) {
    return { ok: true, drawn }
  }
  return rejection('wrong-end', `the steps end in another state than after ${SAMPLES} samples`)
}
