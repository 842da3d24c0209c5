/** Bitcoin nodes: RPC and REST, and a feed of what happens to their chain. */
export {
  type AuthSources,
  defaultCookieFile,
  defaultDataDir,
  type NodeAuth,
  resolveAuth,
} from './auth.ts'
export { type BlockEvent, type BlockFeedOptions, blockFeed } from './block-feed.ts'
export { findTransaction, getBlock } from './blocks.ts'
export { NodeClient, type NodeClientOptions } from './client.ts'
export { isTransient, NodeError, type NodeErrorCode } from './errors.ts'
export { MAX_REST_HEADERS, type PlacedHeader } from './headers.ts'
export type { RpcCall, RpcOptions } from './json-rpc.ts'
export { type NodeBlocks, nodeBlocks } from './node-blocks.ts'
export type { ChainInfo, Tip } from './schemas.ts'
