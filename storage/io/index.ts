/** Storage's half that needs Node: files and stores. */
export { FileStore } from './file-store.ts'
export { sourceFiles } from './folder.ts'
export { type EncodedContent, encodeContent } from './put/encode-content.ts'
export { type PutCost, type PutProgress, PutService } from './put/put-service.ts'
export { ReplicaService } from './replica/replica-service.ts'
export { SCRUB_LEVELS, type ScrubLevel, scrubReplica } from './replica/scrub.ts'
export { meetHolders, partitionStatus } from './status.ts'
export { TableService } from './table-service.ts'
