import type { SetupKind } from '../../proving/index.ts'
import type { FileSource } from './fetch-file.ts'
import type { Judgement, VerifyRequest } from './judge.ts'
import type { AttestationJudgement, CheckRequest } from './judge-attestation.ts'
import type { VerifierErrorCode } from './verifier-error.ts'

/** What a verifier is made of: the WebAssembly module and a compact verifying key. */
export interface VerifierFiles {
  readonly wasm: FileSource
  readonly key: FileSource
}

export type LoadStage = 'fetch' | 'compile' | 'key'

export interface LoadedVerifier {
  readonly keyId: string
  readonly setup: SetupKind
  /** Milliseconds in all: fetching, compiling, reading the key. */
  readonly loadMs: number
}

export interface TimedJudgement extends Judgement {
  readonly verifyMs: number
}

export interface TimedCheck extends AttestationJudgement {
  /** Milliseconds beyond the proof: reading and checking. */
  readonly checkMs: number
}

/** Page to worker. Messages are answered in order; a cancelled request may be answered or not. */
export type ToWorker =
  | { readonly kind: 'load'; readonly files: VerifierFiles }
  | { readonly kind: 'verify'; readonly id: number; readonly request: VerifyRequest }
  /** An attestation, under a chain that was proved before. */
  | { readonly kind: 'check'; readonly id: number; readonly request: CheckRequest }
  | { readonly kind: 'cancel'; readonly id: number }

export type FromWorker =
  | { readonly kind: 'stage'; readonly stage: LoadStage }
  | { readonly kind: 'loaded'; readonly verifier: LoadedVerifier }
  | { readonly kind: 'judged'; readonly id: number; readonly judgement: TimedJudgement }
  | { readonly kind: 'checked'; readonly id: number; readonly check: TimedCheck }
  | {
      readonly kind: 'failed'
      /** Null: loading failed. */
      readonly id: number | null
      readonly code: VerifierErrorCode
      readonly message: string
    }
