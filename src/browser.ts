/**
 * Entry `wsc-bitcoin/browser`: verifies and compares proofs, checks headers. No built-ins of Node, no files of its own:
 * the verifier's WebAssembly and key are fetched from where the page keeps them, or given as bytes.
 */
import { aFileSource, fetchFile, serveVerifier as serve, type VerifierFiles, type WorkerScope } from './bus/index.ts'
import { aSignal, optional, requireOptions } from './lib/index.ts'
import {
  openWasmProofVerifier,
  openWasmStorage,
  openWasmVerifier,
  type ProofVerifier,
  type SnarkVerifier,
  type StorageKernel,
} from './proving/index.ts'

export {
  type BlobReject,
  type ContentReject,
  type FileBelow,
  formatUri,
  type ManifestFile,
  MemorySeenNames,
  type NameKey,
  type NameReject,
  type OpenFile,
  type OpenFolder,
  parseUri,
  type ReadContent,
  type ReadOptions,
  type ReadReject,
  readBlob,
  type SeenNames,
  type SourceFault,
  type StorageUri,
  type Target,
  type UriReject,
} from '../storage/index.ts'
export {
  type AnchorContext,
  type AnchorContextResult,
  type BitcoinErrorCode,
  type Block,
  type BlockBody,
  type BlockHash,
  type BlockResult,
  blockWork,
  type ChainContext,
  type CheckResult,
  checkHeader,
  checkHeaderFile,
  checkNotTooNew,
  contextFromHeaders,
  type DecodedCompact,
  type DecodeReject,
  type DisplayHash,
  decodeBlock,
  decodeCompact,
  decodeHeader,
  decodeTransaction,
  ENVELOPE_ERRORS,
  type Envelope,
  type EnvelopeContent,
  type EnvelopeError,
  type EnvelopeField,
  encodeCompact,
  encodeEnvelope,
  encodeHeader,
  type FoldReject,
  fromDisplay,
  HEADER_BYTES,
  type Header,
  type HeaderFileOptions,
  type HeaderReject,
  type HeaderRejection,
  headerHash,
  type InscriptionId,
  loadCustomParams,
  MAX_FUTURE_SECONDS,
  type MerkleTree,
  mainnet,
  medianTimePast,
  moreWork,
  type NetworkParams,
  networkHash,
  parseEnvelopes,
  parseInscriptionId,
  regtest,
  requiredBits,
  signet,
  startContext,
  type Transaction,
  type TransactionInput,
  type TransactionOutput,
  type TransactionResult,
  type Txid,
  testnet4,
  toDisplay,
  transactionId,
  type Witnesses,
  type WitnessTree,
  type Wtxid,
} from './bitcoin/index.ts'
export {
  type AcceptedVersions,
  type AccumulatorPath,
  type AnchorReject,
  type AnchorResult,
  type AskOptions,
  type Attestation,
  type AttestationFormReject,
  type AttestationKind,
  type AttestationPayload,
  type AttestationReject,
  type AttestationResult,
  type AttestationVerdict,
  type AttestedChain,
  Attestor,
  type AttestReject,
  type AttestRequest,
  type AttestResult,
  attestationFromJson,
  attestationResultJson,
  attestationToJson,
  attestHeader,
  attestInscription,
  attestOutput,
  attestTransaction,
  type BlockPartReject,
  type BlockSource,
  type BuildReject,
  type BusErrorCode,
  better,
  type CompareReject,
  type CompareResult,
  decodeAnchor,
  decodeAttestation,
  decodeProofFile,
  encodeAnchor,
  encodeAttestation,
  type FetchedProof,
  type FetchOptions,
  type FetchProofResult,
  type FileClaims,
  type FileSource,
  type FromWorker,
  fetchPath,
  fetchProof,
  type HeaderAttestation,
  type HeaderPart,
  type HeaderPlace,
  type HeldProof,
  type InscriptionAttestation,
  type JointBranch,
  type LoadedVerifier,
  type LoadStage,
  MAX_PROOF_BYTES,
  type NetworkName,
  type OpenBlock,
  type OutputAttestation,
  openBlock,
  type PathReject,
  type PathSupplement,
  type PlaceSource,
  type Poseidon,
  type PoseidonTag,
  type ProofFile,
  type ProofFileReject,
  type ProofFileResult,
  type ProofStart,
  type ProofVerdict,
  type ProvedChain,
  parseWork,
  poseidonOf,
  type RefreshResult,
  type RequestedNetwork,
  readAttestation,
  refreshAttestation,
  type SetupKind,
  type ShownAttestationReject,
  type StartOptions,
  type SupplementResult,
  startVerifier,
  supplementFromJson,
  type TimedAttestationVerdict,
  type TimedProofVerdict,
  type ToWorker,
  type TransactionAttestation,
  type TransactionPart,
  type VerifiedAttestation,
  type VerifierError,
  type VerifierErrorCode,
  type VerifierFiles,
  type VerifyAttestationRequest,
  type VerifyAttestationResult,
  type VerifyOptions,
  type VerifyProofRequest,
  type VerifyProofResult,
  type VerifyReject,
  verifyAttestation,
  verifyAttestationRequest,
  verifyJson,
  verifyProof,
  verifyProofRequest,
  type WorkerLike,
  type WorkerScope,
  type WorkerVerifier,
} from './bus/index.ts'
export {
  type Cure,
  type Events,
  errorCode,
  type Rejection,
  type Result,
  type RunningService,
  type Service,
  WscError,
  type WscErrorOptions,
} from './lib/index.ts'
export type {
  CircuitInput,
  CircuitProof,
  CircuitValue,
  CompiledCircuit,
  ProofEngine,
  ProofInfo,
  ProofReject,
  ProofVerifier,
  ProveOptions,
  SnarkVerifier,
  StorageKernel,
  WitnessSource,
} from './proving/index.ts'
export {
  type AttestedRecord,
  type AttestedRecordReject,
  attestedJson,
  type Composed,
  type ComposeReject,
  composeInscription,
  type Draft,
  decodeRecord,
  type FoundInscription,
  type InscriptionSummary,
  type Json,
  JsonFloat,
  type JsonReject,
  METAPROTOCOL,
  parseJson,
  type RecordJson,
  type RecordReject,
  type RecordResult,
  type RecordSigner,
  recordContent,
  requireAuthor,
  type SignedContent,
  scanBlock,
  signRecord,
  summarize,
  type UnsignedRecord,
  type WscRecord,
} from './settlement/index.ts'

/**
 * Loads the verifier into this thread. It blocks while it verifies (up to a second): a page uses `startVerifier` and a worker
 * instead.
 *
 * @example
 * import { loadVerifier, regtest, verifyProof } from 'wsc-bitcoin/browser'
 *
 * const verifier = await loadVerifier({ wasm: { url: 'wsc-folding.wasm' }, key: { url: 'dev.key' } })
 * const response = await fetch('regtest.proof')
 * const proof = new Uint8Array(await response.arrayBuffer())
 * const result = await verifyProof(proof, { params: regtest, verifier, now: Date.now() / 1000 })
 * console.log(result.ok ? `valid at height ${result.chain.height}` : result.reject)
 */
export async function loadVerifier(
  files: VerifierFiles,
  options: { readonly signal?: AbortSignal } = {},
): Promise<SnarkVerifier> {
  requireOptions('loadVerifier', files, { wasm: aFileSource, key: aFileSource })
  requireOptions('loadVerifier', options, { signal: optional(aSignal) })
  const { signal } = options
  const [wasm, key] = await Promise.all([fetchFile(files.wasm, signal), fetchFile(files.key, signal)])
  return openWasmVerifier(wasm, key)
}

/**
 * Loads a verifier of one circuit's one-shot proofs into this thread; the key is the circuit's.
 *
 * @example
 * import { loadProofVerifier } from 'wsc-bitcoin/browser'
 *
 * const verifier = await loadProofVerifier({ wasm: { url: 'wsc-folding.wasm' }, key: { url: 'circuit.key' } })
 * console.log(verifier.info.keyId)
 */
export async function loadProofVerifier(
  files: VerifierFiles,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ProofVerifier> {
  requireOptions('loadProofVerifier', files, { wasm: aFileSource, key: aFileSource })
  requireOptions('loadProofVerifier', options, { signal: optional(aSignal) })
  const { signal } = options
  const [wasm, key] = await Promise.all([fetchFile(files.wasm, signal), fetchFile(files.key, signal)])
  return openWasmProofVerifier(wasm, key)
}

/**
 * Loads what reading storage verifies with (`readBlob`): the same WebAssembly, without a key.
 *
 * @example
 * import { loadStorage, readBlob, regtest } from 'wsc-bitcoin/browser'
 *
 * const kernel = await loadStorage({ wasm: { url: 'wsc-folding.wasm' } })
 * const uri = `web3://${'00'.repeat(32)}:3669344250/`
 * const read = await readBlob(uri, { kernel, params: regtest, gateways: [] })
 * console.log(read.ok || read.reject) // not-found
 */
export async function loadStorage(
  files: Pick<VerifierFiles, 'wasm'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<StorageKernel> {
  requireOptions('loadStorage', files, { wasm: aFileSource })
  requireOptions('loadStorage', options, { signal: optional(aSignal) })
  return openWasmStorage(await fetchFile(files.wasm, options.signal))
}

/**
 * Makes a worker answer `startVerifier`: its script calls this once, and nothing else.
 *
 * @example
 * import { serveVerifier } from 'wsc-bitcoin/browser'
 *
 * serveVerifier(globalThis)
 */
export function serveVerifier(scope: WorkerScope): void {
  serve(scope, openWasmVerifier)
}
