import {
  type BlockHash,
  badLength,
  decodeHeader,
  HEADER_BYTES,
  type HeaderRejection,
  headerHash,
} from '../../../bitcoin/index.ts'
import type { PlacedHeader } from '../../../bitcoin/io/index.ts'

/** Where headers come from: a file, a node, or the feed of its chain. What they are worth, the header rules say. */
export interface HeaderSource {
  /** Its headers never change, as in a file: where they seem to, looking again is of no use. */
  readonly fixed: boolean
  tipHeight(signal?: AbortSignal): Promise<number>
  /** Up to `count` headers from a height on, with their own hashes; fewer at the end of what there is. */
  headers(from: number, count: number, signal?: AbortSignal): Promise<readonly PlacedHeader[]>
  /** Null where the source cannot know. */
  hashAt(height: number, signal?: AbortSignal): Promise<BlockHash | null>
}

/** Headers fetched and judged at a time. */
export const BATCH = 2000

/**
 * A file of raw headers, heights ascending from `startHeight`; or why its length cannot be right.
 *
 * @example
 * import { fileSource } from 'wsc-bitcoin'
 *
 * const made = fileSource(new Uint8Array(79))
 * console.log(made.ok ? await made.source.tipHeight() : made.reject) // bad-length
 */
export function fileSource(
  bytes: Uint8Array,
  startHeight = 0,
): { readonly ok: true; readonly source: HeaderSource } | HeaderRejection {
  if (bytes.length === 0 || bytes.length % HEADER_BYTES !== 0) return badLength(bytes, startHeight)
  const at = (height: number) => decodeHeader(bytes, (height - startHeight) * HEADER_BYTES)
  const placed = (height: number): PlacedHeader => {
    const header = at(height)
    return { height, hash: headerHash(header), header }
  }
  const last = startHeight + bytes.length / HEADER_BYTES - 1
  return {
    ok: true,
    source: {
      fixed: true,
      tipHeight: async () => last,
      async headers(from, wanted) {
        if (from < startHeight) return []
        const length = Math.max(0, Math.min(wanted, last - from + 1))
        return Array.from({ length }, (_, i) => placed(from + i))
      },
      async hashAt(height) {
        if (height >= startHeight && height <= last) return headerHash(at(height))
        // The first header names its parent.
        return height === startHeight - 1 ? at(startHeight).prevHash : null
      },
    },
  }
}

/** What is asked of a node client here. */
export interface HeaderClient {
  getBlockCount(options?: { signal?: AbortSignal }): Promise<number>
  getBlockHash(height: number, options?: { signal?: AbortSignal }): Promise<BlockHash | undefined>
  getHeaders(fromHeight: number, count: number, options?: { signal?: AbortSignal }): Promise<readonly PlacedHeader[]>
}

/**
 * The headers of a node's chain, asked for anew at every reading: for one look. Who goes on reading takes a `ChainFeed`,
 * which is a source too, and shares with all of a process what it has fetched.
 *
 * @example
 * import { BitcoindClient, bitcoindSource } from 'wsc-bitcoin'
 *
 * const client = new BitcoindClient({ url: 'http://127.0.0.1:9', auth: { kind: 'cookie', file: '.cookie' } })
 * const height = await bitcoindSource(client).tipHeight().catch((error) => error.name)
 * client.close()
 * console.log(height) // BitcoindError
 */
export function bitcoindSource(client: HeaderClient): HeaderSource {
  const options = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })
  return {
    fixed: false,
    tipHeight: (signal) => client.getBlockCount(options(signal)),
    headers: (from, count, signal) => client.getHeaders(from, Math.min(count, BATCH), options(signal)),
    hashAt: async (height, signal) => (await client.getBlockHash(height, options(signal))) ?? null,
  }
}
