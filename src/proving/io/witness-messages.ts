import type { CircuitInput } from '../engine.ts'

/** Circom's generator of one circuit. */
export interface WitnessGenerator {
  /** Its module, already confined. */
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly wires: number
}

/** Of the generator that the worker holds, unless it comes with another one. */
export interface WorkerRequest {
  readonly generator?: WitnessGenerator
  readonly input: CircuitInput
}

export type WorkerAnswer =
  | { readonly witness: Uint8Array<ArrayBuffer> }
  | { readonly code: string; readonly message: string }
