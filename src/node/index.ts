/** The composition root: what is made of all parts together. */

export { type AskPeersOptions, askPeersOnce } from './ask-peers.ts'
export { type Automation, openAutomation } from './automation.ts'
export { projectCircuits } from './circuits.ts'
export { type ComputeNode, openComputeNode } from './compute-node.ts'
export { openLogStorage } from './log-storage.ts'
export { openFollowingAmongPeers, openServingAmongPeers, openSyncingFromPeers, type PeerPlace } from './peers.ts'
export { requestProof } from './request-proof.ts'
export type { ResultInscribing, ResultInscribingOptions } from './result-inscribing.ts'
export type { SamplingOptions } from './sampling.ts'
export { openStorageGateway, type StorageGateway } from './storage-gateway.ts'
export { openStorageNode, type StorageNode, type StorageNodeOptions } from './storage-node.ts'
