/** Computation, as far as it runs anywhere: manifests of zkGraphs, results of streams and circuits, and what they show. */

export {
  airdropIdentity,
  airdropNullifier,
  airdropRecipient,
  airdropTree,
} from './airdrop/airdrop-tree.ts'
export { MAX_LEAVES_BYTES, readLeaves } from './airdrop/leaf-list.ts'
export { lastOf, newestOver } from './automation/periods.ts'
export { MAX_BUNDLE_BYTES } from './bundle/bundle.ts'
export { programRecordOf } from './bundle/program-record.ts'
export { lastContribution } from './ceremony/judge-ceremony.ts'
export { attestedCommitment } from './circuit/bytes-commitment.ts'
export { type NamedValues, namedValues } from './circuit/public-values.ts'
export { MAX_ARGUMENTS_BYTES, readArguments } from './circuit/read-arguments.ts'
export { verifyCircuit } from './circuit/verify-circuit.ts'
export { sourceResults } from './circuit/verify-source.ts'
export { estimateProof, streamSteps } from './estimate.ts'
export { type AttestedInput, attestedInput, type InputEvidence } from './input/attested-input.ts'
export { recordList, recordSlots } from './input/record-list.ts'
export { type InputSource, nameOf } from './manifest/data-sources.ts'
export type { HistoryBinding } from './manifest/history-binding.ts'
export {
  inputSources,
  isForBitcoin,
  type Manifest,
  manifestJsonSchema,
  readsResults,
  storesLog,
  type TransactionsProgram,
} from './manifest/manifest.ts'
export { computeGossip } from './peers/compute-gossip.ts'
export type { ProofRequest, RequestAnswer } from './peers/request-kind.ts'
export type { ResultMessage } from './peers/result-message.ts'
export { LocalQueue } from './queue/local-queue.ts'
export type { ProvingQueue } from './queue/queue.ts'
export { publicationOf } from './record-draft.ts'
export { SHARE_BLOCKS } from './requests/author-share.ts'
export {
  cancelRecord,
  type InscribedRequest,
  MAX_REQUEST_BLOCKS,
  MAX_REQUEST_BYTES,
  requestRecord,
} from './requests/request-record.ts'
export { MAX_REQUEST_ARGUMENTS_BYTES } from './requests/request-terms.ts'
export { resultIdentity } from './result/identity.ts'
export { isOfShape } from './result/is-of-shape.ts'
export {
  type CircuitResult,
  decodeResult,
  encodeResult,
  MAX_RESULT_BYTES,
  namesLog,
  type ProgramResult,
  type TransactionsResult,
} from './result/result-file.ts'
export { askerOf } from './results/charges.ts'
export { type Cursor, formatCursor, parseCursor } from './results/cursor.ts'
export type { ResultBlock, ResultEntry } from './results/entry.ts'
export type { ResultEvent } from './results/since.ts'
export { proverRecord } from './scheduling/registration.ts'
export { type Said, saidOf } from './stream/said.ts'
export { type VerifiedStream, verifyStream } from './stream/verify-stream.ts'
export { encodeAskedPayments } from './transactions/asked-payments.ts'
export { MAX_SCRIPT_BYTES } from './transactions/limits.ts'
export { countPaymentSteps } from './transactions/payment-steps.ts'
export { verifyPayments } from './transactions/verify-payments.ts'
