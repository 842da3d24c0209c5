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
  save(): Promise<Uint8Array>
  compress(options?: { readonly signal?: AbortSignal; onProgress?(stage: string): void }): Promise<Uint8Array>
}

/** Values of a circuit's input signals by name; nested arrays are flattened in row-major order. */
export type CircuitInput = Readonly<Record<string, CircuitValue>>

export type CircuitValue = bigint | number | readonly CircuitValue[]

/** Computes complete witness vectors (wires × 32 bytes) off the event loop. */
export interface WitnessSource {
  witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array>
  close(): Promise<void>
}

/** The verifying half, native or WASM. */
export interface SnarkVerifier {
  readonly keyId: string
  readonly setup: SetupKind
  readonly arity: number
  /** The proved state vector; rejects with code `E_PROOF_INVALID` or `E_PROOF_MALFORMED`. */
  verify(snark: Uint8Array, steps: number, start: Uint8Array): Promise<Uint8Array>
  /** circomlib's PoseidonEx(3, 1) in batches: k × 96 bytes in, k × 32 bytes out. */
  poseidon(tag: number, inputs: Uint8Array): Uint8Array
}
