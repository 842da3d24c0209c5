import type { Groth16KeyText, Groth16ProofText } from 'snarkjs'

/** What the process that runs snarkjs is asked. `rounds` is the logarithm of how often a beacon is hashed. */
export type Groth16Request =
  /** Makes a proving key of a circuit from powers of tau and a beacon of 32 bytes in hex, and gives its verifying key. */
  | {
      readonly kind: 'set-up'
      readonly r1cs: string
      readonly ptau: string
      readonly zkey: string
      readonly beacon: string
      readonly rounds: number
    }
  /** The first key of a ceremony: nobody has contributed yet. */
  | { readonly kind: 'begin'; readonly r1cs: string; readonly ptau: string; readonly zkey: string }
  /** Adds a secret that is drawn in the process and forgotten with it. */
  | { readonly kind: 'contribute'; readonly from: string; readonly zkey: string; readonly name: string }
  | {
      readonly kind: 'beacon'
      readonly from: string
      readonly zkey: string
      readonly beacon: string
      readonly rounds: number
    }
  /** Holds a key, each contribution to it and its beacon against circuit and powers; `initial` is written and removed. */
  | {
      readonly kind: 'check'
      readonly r1cs: string
      readonly ptau: string
      readonly zkey: string
      readonly initial: string
    }
  /** Holds powers of tau against their own transcript. */
  | { readonly kind: 'check-powers'; readonly ptau: string }
  | { readonly kind: 'key'; readonly zkey: string }
  | { readonly kind: 'prove'; readonly r1cs: string; readonly zkey: string; readonly witness: Uint8Array }

/** What it answers at last. */
export type Groth16Answer =
  | { readonly done: 'key'; readonly key: Groth16KeyText }
  | { readonly done: 'zkey' }
  /** Null where nothing is wrong with it. */
  | { readonly done: 'checked'; readonly fault: string | null }
  | { readonly done: 'proof'; readonly proof: Groth16ProofText; readonly publicValues: number }
  | { readonly failed: 'E_SETUP' | 'E_WITNESS' | 'E_INTERNAL'; readonly detail: string }

/** Before that it tells how far it is. */
export interface Groth16Stage {
  readonly stage: string
}
