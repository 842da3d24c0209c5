import type { Result } from '../lib/index.ts'

/**
 * What the bus (and later stream programs) need of a folding engine. The native addon implements it; tests beneath
 * the loop may bring a small deterministic one. Field elements cross as 32 bytes little-endian, vectors as their
 * concatenation: no bigint where it is hot.
 */
export type SetupKind = 'ceremony' | 'insecure-dev'

export interface EngineInfo {
  /** SHA-256 over the canonical compact verifying key, as text. */
  readonly keyId: string
  readonly setup: SetupKind
  readonly arity: number
  readonly wires: number
}

export interface FoldEngine {
  readonly info: EngineInfo
  /** Starts at `start`, with nothing folded yet. */
  begin(start: Uint8Array): Fold
  /**
   * Loads a saved fold and checks all of it: structure, key and that it verifies from `start`. Rejects with code
   * `E_ACCUMULATOR` when anything is wrong.
   */
  restore(saved: Uint8Array, start: Uint8Array): Promise<Fold>
}

export interface Fold {
  readonly steps: number
  /** The state vector after `steps` steps. */
  state(): Uint8Array
  fold(witness: Uint8Array): Promise<void>
  /** Another fold of the same steps, which goes its own way from here. */
  fork(): Promise<Fold>
  save(): Promise<Uint8Array>
  compress(options?: { readonly signal?: AbortSignal; onProgress?(stage: string): void }): Promise<Uint8Array>
}

/** One circuit under one key of a one-shot proof system: one run of the circuit, one proof. */
export interface ProofInfo {
  /** The proof system, as manifests and files name it. */
  readonly scheme: 'spartan' | 'groth16'
  /** SHA-256 over the canonical compact verifying key, as text; it covers circuit, powers of tau and proof system. */
  readonly keyId: string
  readonly setup: SetupKind
  /** How many public values a proof speaks of: the circuit's outputs, then its public inputs, in the order of the source. */
  readonly publicValues: number
}

/** Why a one-shot proof was refused. */
export type ProofReject =
  | 'bad-public-values' // another number of them than the circuit has, or one that is no canonical field element
  | 'proof-malformed' // not the bytes of any proof under this key
  | 'proof-invalid' // well-formed, but it does not prove these public values

/** The verifying half of a one-shot proof system, native or WASM. */
export interface ProofVerifier {
  readonly info: ProofInfo
  /**
   * Whether `proof` shows that the circuit has a satisfying assignment with exactly these public values.
   *
   * @param proof whatever was received: any bytes at all are judged
   * @param publicValues 32 bytes each, little-endian, below the field's modulus; outputs first, then public inputs
   * @throws WscError E_OPTIONS where one of both is no byte array
   */
  verify(proof: Uint8Array, publicValues: Uint8Array): Promise<Result<object, ProofReject>>
}

/** Options of `ProofEngine.prove`. */
export interface ProveOptions {
  /** Heard between the stages of proving: the longest of them takes most of the time. */
  readonly signal?: AbortSignal
  onProgress?(stage: string, done: number, total: number): void
}

/** A proof and what it speaks of, 32 bytes a public value. */
export interface CircuitProof {
  readonly proof: Uint8Array
  readonly publicValues: Uint8Array
}

/** A one-shot proof system with one circuit loaded. */
export interface ProofEngine extends ProofVerifier {
  readonly info: ProofInfo & { readonly wires: number; readonly constraints: number }
  /**
   * Proves one run.
   *
   * @param witness every wire of the circuit in circom's order, 32 bytes each; one that breaks a constraint is refused
   *   with code `E_WITNESS`
   */
  prove(witness: Uint8Array, options?: ProveOptions): Promise<CircuitProof>
}

/** Values of a circuit's input signals by name; nested arrays are flattened in row-major order. */
export type CircuitInput = Readonly<Record<string, CircuitValue>>

/** Value of one input signal; a negative number stands for the field element congruent to it. */
export type CircuitValue = bigint | number | readonly CircuitValue[]

/** Computes complete witness vectors (wires × 32 bytes) off the event loop. */
export interface WitnessSource {
  witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array>
  close(): Promise<void>
}

/** The verifying half, native or WASM. */
export interface SnarkVerifier {
  readonly keyId: string
  /**
   * SHA-256 over all of the key that does not depend on the powers of tau, as text: the same for every key of one
   * circuit, and of no other's.
   */
  readonly circuitId: string
  readonly setup: SetupKind
  readonly arity: number
  /** The proved state vector; rejects with code `E_PROOF_INVALID` or `E_PROOF_MALFORMED`. */
  verify(snark: Uint8Array, steps: number, start: Uint8Array): Promise<Uint8Array>
  /** circomlib's PoseidonEx(3, 1) in batches: k × 96 bytes in, k × 32 bytes out. */
  poseidon(tag: number, inputs: Uint8Array): Uint8Array
}
