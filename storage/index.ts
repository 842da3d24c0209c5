/** Storage, as far as it runs anywhere: blobs, their records and table. */
export { completeBlob, type EncodedBlob, type EncodeOptions, type EncodeReject, encodeBlob } from './blob/encode.ts'
export { type BlobContent, blobId } from './blob/id.ts'
export { type RestoreReject, restoreBlob } from './blob/restore.ts'
export {
  type BlobShape,
  blobShape,
  CHUNK_BYTES,
  CODING,
  longestBlob,
  MAX_BLOB_BYTES,
  UNIT_BYTES,
} from './blob/shape.ts'
export { type BlobStore, MemoryStore } from './blob/store.ts'
export { BlobTree } from './blob/tree.ts'
export { type Piece, type PieceReject, verifyChunk, verifyUnit } from './blob/verify.ts'
export { type PriceStep, partitionPositions, type StorageParams, storageParams } from './params.ts'
export { type Body, type BodyReject, decodeBody, encodeBody, type StorageKind } from './records/bodies.ts'
export { BURN_SCRIPT, burnFor } from './records/burn.ts'
export { blobDraft, nameDraft, providerDraft, type RecordContext, withdrawalDraft } from './records/drafts.ts'
export {
  type BlobClaim,
  type FoundRecord,
  type NameRecord,
  type ProviderRecord,
  recordsOf,
  type StorageRecord,
  type StorageReject,
} from './records/judge.ts'
export type { Partition, PlacingReject, TableEntry } from './table/blobs.ts'
export type { Named, Provider } from './table/registry.ts'
export { type Outcome, StorageTable } from './table/table.ts'
