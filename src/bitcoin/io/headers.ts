import { type BlockHash, sameHash, toDisplay } from '../hash.ts'
import { decodeHeader, HEADER_BYTES, type Header, headerHash } from '../header.ts'
import { BitcoindError } from './errors.ts'
import { type HttpConnection, isBusy } from './http.ts'
import type { JsonRpc, RpcOptions } from './json-rpc.ts'
import { hashSchema, headerHexSchema } from './schemas.ts'

/** A header with its place; the hash is computed here, never taken from the node. */
export interface PlacedHeader {
  readonly height: number
  readonly hash: BlockHash
  readonly header: Header
}

/** Core: rest.cpp, MAX_REST_HEADERS_RESULTS */
export const MAX_REST_HEADERS = 2000

/** What bitcoind names its raw headers; a page or a text is something else's answer. */
const RAW = 'application/octet-stream'

/**
 * Up to 2,000 headers of the active chain from `first` on, in one request. `refused`: REST is off or forbidden, or
 * the node does not know the block. `none`: it gave nothing this time, as when the block left the active chain.
 * `foreign`: what answers is no REST of a node but, say, a page of the server before it.
 */
export async function restHeaders(
  http: HttpConnection,
  first: BlockHash,
  count: number,
  options: RpcOptions & { timeoutMs: number },
): Promise<Uint8Array | 'refused' | 'none' | 'foreign'> {
  const reply = await http.send({
    method: 'GET',
    path: `${http.base}/rest/headers/${toDisplay(first)}.bin?count=${Math.min(count, MAX_REST_HEADERS)}`,
    maxBytes: MAX_REST_HEADERS * HEADER_BYTES,
    reads: (type) => type === undefined || type === RAW,
    timeoutMs: options.timeoutMs,
    signal: options.signal,
  })
  const { status, type, body, askedMs } = reply
  // Core: a full work queue (httpserver.cpp), or the node is starting (rest.cpp, CheckWarmup).
  if (isBusy(status)) {
    const message = `The node at ${http.url.host} takes no more requests for now, or is starting (${status}).`
    throw new BitcoindError('E_NODE_BUSY', message, { askedMs })
  }
  if (status >= 400 && status < 500) return 'refused'
  if (status === 200 && ((type !== undefined && type !== RAW) || isText(body))) return 'foreign'
  if (status !== 200 || body.length === 0) return 'none'
  // A plain array: slices of a Buffer share its memory.
  return new Uint8Array(body)
}

/** Printable to the end of the first header's length: no header is, whose two hashes are anything. */
function isText(body: Uint8Array): boolean {
  return (
    body.length > 0 && body.subarray(0, HEADER_BYTES).every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))
  )
}

/** The same by two batches of RPC. */
export async function rpcHeaders(
  rpc: Pick<JsonRpc, 'batch'>,
  fromHeight: number,
  count: number,
  options: RpcOptions,
): Promise<Uint8Array> {
  const heights = Array.from({ length: count }, (_, i) => fromHeight + i)
  const hashes = await rpc.batch(
    heights.map((height) => ({ method: 'getblockhash', params: [height], schema: hashSchema })),
    options,
  )
  const headers = await rpc.batch(
    hashes.map((hash) => ({ method: 'getblockheader', params: [toDisplay(hash), false], schema: headerHexSchema })),
    options,
  )
  const bytes = new Uint8Array(count * HEADER_BYTES)
  for (const [i, header] of headers.entries()) bytes.set(header, i * HEADER_BYTES)
  return bytes
}

/**
 * Headers out of raw bytes, each linked to the one before. REST's come from one moment, so they must begin with the
 * one asked for (`first`) and hold together; those of several requests are cut short where a reorg came between.
 */
export function placeHeaders(bytes: Uint8Array, fromHeight: number, first?: BlockHash): PlacedHeader[] {
  const placed: PlacedHeader[] = []
  if (bytes.length % HEADER_BYTES !== 0) throw garbage(`${bytes.length} bytes are no whole number of headers`)
  for (let offset = 0; offset < bytes.length; offset += HEADER_BYTES) {
    const height = fromHeight + placed.length
    const header = decodeHeader(bytes, offset)
    const hash = headerHash(header)
    const previous = placed.at(-1)
    if (previous !== undefined && !sameHash(header.prevHash, previous.hash)) {
      if (first === undefined) break
      throw garbage(`the header at height ${height} does not follow the one before`)
    }
    if (previous === undefined && first !== undefined && !sameHash(hash, first)) {
      throw garbage(`the header given for ${toDisplay(first)} hashes to ${toDisplay(hash)}`)
    }
    placed.push({ height, hash, header })
  }
  return placed
}

function garbage(found: string): BitcoindError {
  return new BitcoindError('E_NODE_GARBAGE', `The node gave wrong headers: ${found}.`, {
    cure: { act: 'check-node' },
  })
}
