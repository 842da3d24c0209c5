/** Storage, as far as it runs anywhere: blobs, their records and table. */
export { type EncodedBlob, encodeBlob } from './blob/encode.ts'
export { blobId } from './blob/id.ts'
export { restoreBlob } from './blob/restore.ts'
export {
  blobShape,
  CHUNK_BYTES,
  CODING,
  longestBlob,
  MAX_BLOB_BYTES,
  UNIT_BYTES,
} from './blob/shape.ts'
export { MemoryStore } from './blob/store.ts'
export { BlobTree } from './blob/tree.ts'
export { type Piece, verifyChunk, verifyUnit } from './blob/verify.ts'
export { buildManifest, type SourceFile } from './manifest/build.ts'
export { decodeManifest, encodeManifest, type Manifest, rangesOf } from './manifest/manifest.ts'
export { checkPath } from './manifest/path.ts'
export { type PriceStep, type StorageParams, storageParams } from './params.ts'
export { decodeBody, encodeBody } from './records/bodies.ts'
export { BURN_SCRIPT, burnFor } from './records/burn.ts'
export { blobDraft, nameDraft, providerDraft, withdrawalDraft } from './records/drafts.ts'
export {
  recordsOf,
  type StorageRecord,
} from './records/judge.ts'
export { StorageTable } from './table/table.ts'
