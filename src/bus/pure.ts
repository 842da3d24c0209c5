/** The part of the bus that runs anywhere, browsers included: chain state, proof file, verifier, comparison. */
export {
  type Accumulator,
  append,
  emptyAccumulator,
  fromPeaks,
  leafCount,
  leafHash,
  type Opening,
  openForAppend,
  openList,
  type Poseidon,
  peaksOf,
} from './accumulator.ts'
export { type AnchorReject, type AnchorResult, decodeAnchor, encodeAnchor, MAX_ANCHOR_BYTES } from './anchor.ts'
export { better, type CompareReject, type CompareResult } from './compare.ts'
export { BusError, type BusErrorCode } from './errors.ts'
export { decodeField, encodeField, FIELD_BYTES, FIELD_MODULUS } from './field.ts'
export { poseidonOf } from './poseidon.ts'
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
export { advance, anchorState, type ChainStart, type ChainState, startState } from './state.ts'
export { packState, STATE_ARITY, type StateFields, unpackState } from './state-vector.ts'
export { type Advanced, headerWords, type StepInput, stepInput } from './step-input.ts'
export {
  needsNoCeremony,
  type ProvedChain,
  type RefusedProof,
  type VerifyOptions,
  type VerifyReject,
  verifyProof,
} from './verify.ts'
export { verifyJson } from './verify-json.ts'
export { parseWork } from './work.ts'
export { type FileSource, fetchFile, MAX_KEY_BYTES } from './worker/fetch-file.ts'
export {
  claimsOf,
  type FileClaims,
  type Judgement,
  judgeProof,
  type NetworkName,
  type VerifyRequest,
} from './worker/judge.ts'
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
