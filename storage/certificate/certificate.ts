import type { HeaderAttestation, InscriptionAttestation } from '../../src/bus/index.ts'
import { SAMPLES_A_STEP } from '../sampling/certify-input.ts'

/** Units that are drawn of each provider's replica. */
export const SAMPLES = 84
export const STEPS: number = SAMPLES / SAMPLES_A_STEP

/** Bytes of a proof of these steps: what Line's layout gives for a state of five elements and 2^17 rows (docs/line.md). */
export const STEPS_PROOF_BYTES = 7_744

/** Blocks above the one that draws: it is final, so that nobody chooses among tips. */
export const FINAL_AFTER = 6
/** Providers of one certificate at most. */
export const MAX_KEYS = 32
/** Wins of one of them at most. */
export const MAX_WINS = 255
/** A blob's and 32 providers' records, each with its block's branches, and their wins; longer files are none. */
export const MAX_CERTIFICATE_BYTES = 8_000_000

/**
 * That providers had the units of one blob that a block drew, or computed them, each under its own key: a file that
 * verifies under one bus proof and nothing else. `docs/storage.md` is its specification.
 */
export interface Certificate {
  /** Id of the key under which the steps are proved, 32 bytes: it tells the set-up. */
  readonly verifyingKey: Uint8Array
  /** The record that publishes the blob. */
  readonly blob: InscriptionAttestation
  /** H, the block that draws. */
  readonly challenge: HeaderAttestation
  /** At least one, by rising keys. */
  readonly keys: readonly CertifiedKey[]
}

/** One provider's part. */
export interface CertifiedKey extends SignedSteps {
  /** The record by which its key counts at the challenge. */
  readonly provider: InscriptionAttestation
  /** Its attested wins, as evidence of replicas for whoever has the table. */
  readonly wins: readonly InscriptionAttestation[]
}

/** What a provider makes of a challenge. */
export interface SignedSteps {
  /** Of all steps, `STEPS_PROOF_BYTES`. */
  readonly proof: Uint8Array
  /** BIP340, 64 bytes. */
  readonly signature: Uint8Array
}
