/** Bitcoin's header rules, exactly as Bitcoin Core's, and codecs. Pure: no I/O, no clock, no Node built-ins. */

export { type AnchorContext, type AnchorContextResult, contextFromHeaders } from './anchor-context.ts'
export { type Block, type BlockResult, decodeBlock, MAX_BLOCK_BYTES } from './block.ts'
export { ByteReader, type DecodeReject, decoding } from './byte-reader.ts'
export {
  type BlockBody,
  type BlockReject,
  COINBASE_WTXID,
  checkBlockBody,
  checkBlockBodyInPieces,
  commitmentOf,
  type WitnessTree,
  witnessCommitment,
} from './check-block.ts'
export type { HeaderReject, HeaderRejection } from './check-header.ts'
export { type CheckResult, checkHeader, checkNotTooNew, checkProofOfWork, MAX_FUTURE_SECONDS } from './check-header.ts'
export { type DecodedCompact, decodeCompact, encodeCompact } from './compact.ts'
export { compactSize } from './compact-size.ts'
export { type ChainContext, extendContext, startContext } from './context.ts'
export {
  ENVELOPE_ERRORS,
  type Envelope,
  type EnvelopeError,
  type EnvelopeField,
  parseEnvelopes,
  type Witnesses,
} from './envelope/envelope.ts'
export { formatInscriptionId, type InscriptionId, parseInscriptionId } from './envelope/inscription-id.ts'
export { MAX_PUSH_BYTES } from './envelope/instructions.ts'
export { TAG } from './envelope/tags.ts'
export { decodePointer, type EnvelopeContent, encodeEnvelope } from './envelope/write-envelope.ts'
export type { BitcoinErrorCode } from './errors.ts'
export { moreWork } from './fork-choice.ts'
export {
  type BlockHash,
  blockHash,
  type DisplayHash,
  fromDisplay,
  hashToUint256,
  sameHash,
  sha256d,
  type Txid,
  toDisplay,
  type Wtxid,
} from './hash.ts'
export { decodeHeader, encodeHeader, HEADER_BYTES, type Header, headerHash } from './header.ts'
export { badLength, checkHeaderFile, type HeaderFileOptions } from './header-file.ts'
export { MEDIAN_SPAN, medianTimePast, paddedTimes } from './median-time.ts'
export { type FoldReject, foldBranch, MAX_BRANCH_DEPTH, type MerkleTree, merkleBranch, merkleNode } from './merkle.ts'
export { Misfit, readMoving } from './moving-chain.ts'
export { anchorContext, networkParams } from './option-rules.ts'
export { loadCustomParams } from './params/custom.ts'
export { mainnet } from './params/mainnet.ts'
export { networkHash } from './params/network-hash.ts'
export type { NetworkParams } from './params/network-params.ts'
export { packParams } from './params/pack-params.ts'
export { regtest } from './params/regtest.ts'
export { signet } from './params/signet.ts'
export { testnet4 } from './params/testnet4.ts'
export { requiredBits } from './required-bits.ts'
export {
  decodeTransaction,
  decodeWholeTransaction,
  isCoinbase,
  strippedBytes,
  type Transaction,
  type TransactionInput,
  type TransactionOutput,
  type TransactionResult,
  transactionId,
  witnessTransactionId,
} from './transaction.ts'
export { unusableTarget } from './usable-target.ts'
export { blockWork } from './work.ts'
