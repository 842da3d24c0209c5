/** Bitcoin nodes: RPC and REST, and a feed of what happens to their chain. */

export { type BitcoindAuth, defaultCookieFile, resolveAuth } from './auth.ts'
export { type BitcoindBlocks, bitcoindBlocks } from './bitcoind-blocks.ts'
export { type BlockPlace, getBlock } from './blocks.ts'
export type { BlockEvent, Outage, SubscribeOptions, Tick } from './chain-event.ts'
export { ChainFeed, type ChainFeedEvents, type ChainFeedOptions } from './chain-feed.ts'
export type { ChainClient } from './chain-view.ts'
export { BitcoindClient, type BitcoindClientOptions } from './client.ts'
export { connectBitcoind } from './connect-bitcoind.ts'
export {
  BitcoindError,
  type BitcoindErrorCode,
  type BitcoindErrorOptions,
  isTransient,
  type OutageState,
  outageOf,
} from './errors.ts'
export type { PlacedHeader } from './headers.ts'
export type { RpcCall, RpcOptions } from './json-rpc.ts'
export type { ChainInfo, Tip } from './schemas.ts'
