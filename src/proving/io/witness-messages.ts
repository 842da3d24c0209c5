import type { CircuitInput } from '../engine.ts'

/** What a witness worker is started with. */
export interface WorkerStart {
  /** The generator, already confined. */
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly wires: number
}

export type WorkerRequest = CircuitInput

export type WorkerAnswer =
  | { readonly witness: Uint8Array<ArrayBuffer> }
  | { readonly code: string; readonly message: string }
