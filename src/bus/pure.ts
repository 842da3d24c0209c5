/** The half of this part that runs in a browser too: what a proof says, and verifying it. */

export { type AnchorResult, decodeAnchor, encodeAnchor } from './anchor.ts'
export { better, type CompareResult } from './compare.ts'
export { BusError, type BusErrorCode } from './errors.ts'
export {
  decodeProofFile,
  encodeProofFile,
  MAX_PROOF_BYTES,
  type ProofFile,
  type ProofFileReject,
  type ProofFileResult,
  type ProofStart,
  type SetupKind,
} from './proof-file.ts'
export { type ProvedChain, type RefusedProof, type VerifyOptions, type VerifyReject, verifyProof } from './verify.ts'
export { verifyJson } from './verify-json.ts'
export { type FileSource, fetchFile } from './worker/fetch-file.ts'
export { type FileClaims, type Judgement, judgeProof, type NetworkName, type VerifyRequest } from './worker/judge.ts'
export type {
  FromWorker,
  LoadedVerifier,
  LoadStage,
  TimedJudgement,
  ToWorker,
  VerifierFiles,
} from './worker/messages.ts'
export { type OpenVerifier, serveVerifier, type WorkerScope } from './worker/serve-verifier.ts'
export { type StartOptions, startVerifier, type WorkerLike, type WorkerVerifier } from './worker/start-verifier.ts'
export { VerifierError, type VerifierErrorCode } from './worker/verifier-error.ts'
