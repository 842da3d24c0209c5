import type { SetupKind } from '../../proving/index.ts'
import type { AttestationVerdict, VerifyAttestationRequest } from './attestation-request.ts'
import type { FileSource } from './fetch-file.ts'
import type { ProofVerdict, VerifyProofRequest } from './proof-request.ts'
import type { VerifierErrorCode } from './verifier-error.ts'

/** What a verifier is made of: the WebAssembly module and a compact verifying key. */
export interface VerifierFiles {
  readonly wasm: FileSource
  readonly key: FileSource
}

/** What loading a verifier is at. */
export type LoadStage = 'fetch' | 'compile' | 'key'

/** A verifier that is ready, by its key. */
export interface LoadedVerifier {
  readonly keyId: string
  readonly setup: SetupKind
  /** Milliseconds in all: fetching, compiling, reading the key. */
  readonly loadMs: number
}

/** A verdict on a proof, and how long it took. */
export interface TimedProofVerdict extends ProofVerdict {
  readonly verifyMs: number
}

/** A verdict on an attestation, and how long it took. */
export interface TimedAttestationVerdict extends AttestationVerdict {
  /** Milliseconds beyond the proof: reading and verifying. */
  readonly verifyMs: number
  /** What the worker's script describes of a verified one (`DescribeAttestation`). */
  readonly about?: unknown
}

/** Page to worker. Messages are answered in order; a cancelled request may be answered or not. */
export type ToWorker =
  | { readonly kind: 'load'; readonly files: VerifierFiles }
  | { readonly kind: 'proof'; readonly id: number; readonly request: VerifyProofRequest }
  /** An attestation, under a chain that was proved before. */
  | { readonly kind: 'attestation'; readonly id: number; readonly request: VerifyAttestationRequest }
  | { readonly kind: 'cancel'; readonly id: number }

/** Worker to page. */
export type FromWorker =
  | { readonly kind: 'stage'; readonly stage: LoadStage }
  | { readonly kind: 'loaded'; readonly verifier: LoadedVerifier }
  | { readonly kind: 'proof'; readonly id: number; readonly verdict: TimedProofVerdict }
  | { readonly kind: 'attestation'; readonly id: number; readonly verdict: TimedAttestationVerdict }
  | {
      readonly kind: 'failed'
      /** Null: loading failed. */
      readonly id: number | null
      readonly code: VerifierErrorCode
      readonly message: string
    }
