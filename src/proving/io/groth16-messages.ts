import type { Groth16KeyText, Groth16ProofText } from 'snarkjs'

/** What the process that runs snarkjs is asked. */
export type Groth16Request =
  /** Makes a proving key of a circuit from powers of tau and a beacon of 32 bytes in hex, and gives its verifying key. */
  | {
      readonly kind: 'set-up'
      readonly r1cs: string
      readonly ptau: string
      readonly zkey: string
      readonly beacon: string
    }
  | { readonly kind: 'prove'; readonly r1cs: string; readonly zkey: string; readonly witness: Uint8Array }

/** What it answers at last. */
export type Groth16Answer =
  | { readonly done: 'set-up'; readonly key: Groth16KeyText }
  | { readonly done: 'proof'; readonly proof: Groth16ProofText; readonly publicValues: number }
  | { readonly failed: 'E_SETUP' | 'E_WITNESS' | 'E_INTERNAL'; readonly detail: string }

/** Before that it tells how far it is. */
export interface Groth16Stage {
  readonly stage: string
}
