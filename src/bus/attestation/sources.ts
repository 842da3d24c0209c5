import type { Block, BlockHash } from '../../bitcoin/index.ts'
import type { Result } from '../../lib/index.ts'
import type { HeaderPlace } from './build.ts'

/** Where headers stand in the proved chain: a history store, or a server's word (checked with the attestation). */
export interface PlaceSource {
  place(height: number, signal?: AbortSignal): Promise<HeaderPlace>
  /** Of the proved chain; null outside of it. */
  hashAt(height: number, signal?: AbortSignal): Promise<BlockHash | null>
}

/** Where blocks come from: a node or a file. */
export interface BlockSource {
  /** 80 bytes; null where it has none of this hash. */
  header(hash: BlockHash, signal?: AbortSignal): Promise<Uint8Array | null>
  /** Else why it is not there: unknown, or deleted by a pruned node. */
  block(hash: BlockHash, signal?: AbortSignal): Promise<Result<{ readonly block: Block }, 'no-such-block'>>
  /** The block that holds a transaction (`txid` as shown); else why the source cannot tell. */
  locate(
    txid: string,
    signal?: AbortSignal,
  ): Promise<Result<{ readonly hash: BlockHash; readonly height: number }, 'unknown-block'>>
}
