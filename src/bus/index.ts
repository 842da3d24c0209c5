/** The bus, as far as it runs anywhere, browsers included: chain state, proof file, verifier, comparison. */
export {
  type Accumulator,
  append,
  emptyAccumulator,
  fromPeaks,
  leafCount,
  type Opening,
  openForAppend,
  openList,
  type Poseidon,
  type PoseidonTag,
  peaksOf,
} from './accumulator.ts'
export { type AccumulatorPath, MAX_PATH_LENGTH, type PathReject } from './accumulator-path.ts'
export { type AnchorReject, type AnchorResult, decodeAnchor, encodeAnchor, MAX_ANCHOR_BYTES } from './anchor.ts'
export {
  type Attestation,
  type AttestationKind,
  type HeaderAttestation,
  type HeaderPart,
  type InscriptionAttestation,
  type JointBranch,
  MAX_ATTESTATION_JSON,
  type OutputAttestation,
  type TransactionAttestation,
  type TransactionPart,
} from './attestation/attestation.ts'
export {
  Attestor,
  type AttestReject,
  type AttestRequest,
  type AttestResult,
} from './attestation/attestor.ts'
export {
  type AcceptedVersions,
  type AttestationFormReject,
  type AttestationResult,
  decodeAttestation,
  encodeAttestation,
} from './attestation/binary.ts'
export {
  attestHeader,
  attestInscription,
  attestOutput,
  attestTransaction,
  type BuildReject,
  type HeaderPlace,
  type OpenBlock,
  openBlock,
} from './attestation/build.ts'
export type { BlockPartReject } from './attestation/check-block-part.ts'
export { attestationFromJson, attestationToJson } from './attestation/json.ts'
export { readAttestation } from './attestation/read.ts'
export { attestationResultJson, type ShownAttestationReject } from './attestation/result-json.ts'
export type { BlockSource, PlaceSource } from './attestation/sources.ts'
export {
  MAX_SUPPLEMENT_JSON,
  type PathSupplement,
  type RefreshResult,
  refreshAttestation,
  type SupplementResult,
  supplementFromJson,
} from './attestation/supplement.ts'
export {
  type AttestationPayload,
  type AttestationReject,
  type AttestedChain,
  type VerifiedAttestation,
  type VerifyAttestationResult,
  verifyAttestation,
} from './attestation/verify.ts'
export { better, type CompareReject, type CompareResult } from './compare.ts'
export type { BusErrorCode } from './errors.ts'
export { decodeField, encodeField, FIELD_BYTES, FIELD_MODULUS } from './field.ts'
export { HISTORY_LEVELS, historyPathInput } from './history-input.ts'
export { type Leaf, leafOf } from './leaf.ts'
export { type PathPlan, planPath } from './path-plan.ts'
export { type AskedUnder, type AttestedByPeers, attestByPeers, refreshByPeers } from './peers/attested-by-peers.ts'
export type { FirstOfPeersOptions } from './peers/first-of-peers.ts'
export { proofGossip } from './peers/proof-kind.ts'
export {
  type Answered,
  type Answerer,
  type Asked,
  type Asker,
  type AskPeerOptions,
  type AskReject,
  type Codec,
  type Fault,
  type Gossip,
  type GossipJudge,
  type GossipKind,
  type GossipVerdict,
  type PeerName,
  type PeerTransport,
  type RequestKind,
  refusal,
} from './peers/transport.ts'
export { VerifyQueue } from './peers/verify-queue.ts'
export type { WantedAddresses } from './peers/wanted-peers.ts'
export { poseidonOf, type TaggedHash } from './poseidon.ts'
export {
  decodeProofFile,
  MAX_PROOF_BYTES,
  type ProofFile,
  type ProofFileReject,
  type ProofFileResult,
  type ProofStart,
  type SetupKind,
} from './proof-file.ts'
export { type ChainStart, chainStart } from './state.ts'
export type { FetchOptions } from './sync/fetch-bytes.ts'
export { fetchPath } from './sync/fetch-path.ts'
export { type FetchedProof, type FetchProofResult, fetchProof, type HeldProof } from './sync/fetch-proof.ts'
export {
  needsNoCeremony,
  type ProvedChain,
  refusesSetup,
  type VerifyOptions,
  type VerifyProofResult,
  type VerifyReject,
  verifyProof,
} from './verify.ts'
export { provedJson, refusalJson, verifyJson } from './verify-json.ts'
export { parseWork } from './work.ts'
export {
  type AttestationVerdict,
  type VerifyAttestationRequest,
  verifyAttestationRequest,
} from './worker/attestation-request.ts'
export { aFileSource, type FileSource, fetchFile, MAX_KEY_BYTES } from './worker/fetch-file.ts'
export type {
  FromWorker,
  LoadedVerifier,
  LoadStage,
  TimedAttestationVerdict,
  TimedProofVerdict,
  ToWorker,
  VerifierFiles,
} from './worker/messages.ts'
export {
  claimsOf,
  type FileClaims,
  type NetworkName,
  type ProofVerdict,
  paramsOf,
  type RequestedNetwork,
  type VerifyProofRequest,
  verifyProofRequest,
} from './worker/proof-request.ts'
export { serveVerifier, type WorkerScope } from './worker/serve-verifier.ts'
export {
  type AskOptions,
  type StartOptions,
  startVerifier,
  type WorkerLike,
  type WorkerVerifier,
} from './worker/start-verifier.ts'
export {
  type VerifierError,
  type VerifierErrorCode,
  verifierError,
  verifierErrorCode,
} from './worker/verifier-error.ts'
