/** Storage, as far as it runs anywhere: blobs, manifests, names, records and their table, reading, what peers ask. */
export { encodeBlob } from './blob/encode.ts'
export { CHUNK_BYTES, MAX_BLOB_BYTES, UNIT_BYTES } from './blob/shape.ts'
export { type BlobStore, MemoryStore } from './blob/store.ts'
export { decodeCertificate, encodeCertificate } from './certificate/binary.ts'
export { MAX_CERTIFICATE_BYTES, MAX_KEYS } from './certificate/certificate.ts'
export { certificateJson, REPLICATION_NOT_SHOWN } from './certificate/certificate-json.ts'
export { type Claim, claimOf } from './certificate/claim.ts'
export { refreshCertificate } from './certificate/refresh.ts'
export type { Replication, ReplicationReject, ReplicationResult } from './certificate/replication.ts'
export { type VerifiedCertificate, verifyCertificate } from './certificate/verify.ts'
export type { ManifestFile } from './manifest/manifest.ts'
export { chainName, chainNumber } from './naming/chains.ts'
export { MemorySeenNames, type NameKey, type NameReject, type SeenNames } from './naming/names.ts'
export { formatUri, parseUri, type StorageUri, type Target, type UriReject } from './naming/uri.ts'
export { chosenName, type StorageParams, storageParams } from './params.ts'
export { offerKind } from './peers/offer-kind.ts'
export { winGossip } from './peers/win-kind.ts'
export type { BlobReject, SourceFault } from './reading/ask-sources.ts'
export { isGatewayUrl } from './reading/gateway-source.ts'
export {
  type ContentReject,
  type FileBelow,
  type OpenFile,
  type OpenFolder,
  whyUnreadable,
} from './reading/open-content.ts'
export { type ReadContent, type ReadOptions, type ReadReject, readBlob } from './reading/read-blob.ts'
export type { Scratch } from './reading/scratch.ts'
export { decodeBody, isName } from './records/bodies.ts'
export { nameProgram } from './records/programs.ts'
export { namePublication, providerPublication, withdrawalPublication } from './records/publications.ts'
export { SCRUB_LEVELS, type ScrubLevel } from './replica/scrub-levels.ts'
export type { CostOnNetwork } from './sampling/cost-to-fake.ts'
export type { PartitionObservation } from './sampling/observation.ts'
export { winRules } from './sampling/win-rules.ts'
export { type CountingRules, type Provider, Providers } from './table/registry.ts'
