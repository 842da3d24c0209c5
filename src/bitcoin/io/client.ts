import {
  anInteger,
  aText,
  aTimerMs,
  having,
  type OptionRules,
  optional,
  requireOptions,
  retry,
} from '../../lib/index.ts'
import type { BlockHash } from '../hash.ts'
import { sameHash, toDisplay } from '../hash.ts'
import { decodeHeader, type Header, headerHash } from '../header.ts'
import type { NetworkParams } from '../params/network-params.ts'
import type { BitcoindAuth } from './auth.ts'
import { BitcoindError, saysNotNow } from './errors.ts'
import { MAX_REST_HEADERS, type PlacedHeader, placeHeaders, restHeaders, rpcHeaders } from './headers.ts'
import { HttpConnection } from './http.ts'
import { JsonRpc, type RpcCall, type RpcOptions } from './json-rpc.ts'
import { checkNetwork } from './network-check.ts'
import { type ChainInfo, chainInfoSchema, hashSchema, headerHexSchema, heightSchema, type Tip } from './schemas.ts'

/** Core: rpc/protocol.h */
const RPC_INVALID_ADDRESS_OR_KEY = -5
const RPC_INVALID_PARAMETER = -8

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_PATIENCE_MS = 10_000

/** Which bitcoind is asked, as whom, and how long it may take. */
export interface BitcoindClientOptions {
  /** Address of the node's RPC; REST is looked for at the same one, as bitcoind serves it. */
  url: string
  auth?: BitcoindAuth | undefined
  /** For every answer in full; 30 s unless given. */
  timeoutMs?: number | undefined
  /**
   * A node that is starting, or that takes no more requests for now, is asked again within so many milliseconds: such
   * answers say that nothing was done. 10 s unless given.
   */
  patienceMs?: number | undefined
}

const OPTIONS: OptionRules<BitcoindClientOptions> = {
  url: aText,
  auth: optional({
    what: 'a cookie’s file, or user and password',
    holds: (value) =>
      having('', { kind: aText, file: aText }).holds(value) ||
      having('', { user: aText, password: aText }).holds(value),
  }),
  timeoutMs: optional(aTimerMs),
  patienceMs: optional(anInteger(0, 0x7fff_ffff)),
}

/**
 * One Bitcoin node, asked over RPC and REST. Everything it says is checked for shape, size and time before it is
 * used, and headers by their own hashes; what the headers are worth is for the header rules to say.
 *
 * @example
 * const client = new BitcoindClient({ url: 'http://127.0.0.1:18443', auth: { kind: 'cookie', file: '.cookie' } })
 * await client.assertNetwork(regtest)
 * const headers = await client.getHeaders(0, 2000)
 * client.close()
 */
export class BitcoindClient {
  readonly url: string
  readonly #http: HttpConnection
  readonly #rpc: JsonRpc
  readonly #timeoutMs: number
  readonly #patienceMs: number
  /** Undefined until REST gave headers, or refused a block that is on the chain. */
  #rest: boolean | undefined

  constructor(options: BitcoindClientOptions) {
    requireOptions('BitcoindClient', options, OPTIONS)
    this.#http = new HttpConnection(parseUrl(options.url))
    this.url = this.#http.url.origin
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    this.#patienceMs = options.patienceMs ?? DEFAULT_PATIENCE_MS
    this.#rpc = new JsonRpc(this.#http, options.auth, this.#timeoutMs)
  }

  /** Any method of the node's RPC; the answer has to fit the schema. */
  call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    return this.#patiently(() => this.#rpc.call(call, options), options)
  }

  /** Many calls in one request. */
  batch<T>(calls: readonly RpcCall<T>[], options: RpcOptions = {}): Promise<T[]> {
    return this.#patiently(() => this.#rpc.batch(calls, options), options)
  }

  getBlockchainInfo(options: RpcOptions = {}): Promise<ChainInfo> {
    return this.call({ method: 'getblockchaininfo', schema: chainInfoSchema }, options)
  }

  getBlockCount(options: RpcOptions = {}): Promise<number> {
    return this.call({ method: 'getblockcount', schema: heightSchema }, options)
  }

  /** Height and hash of the active chain's tip, of one moment. */
  async getBestBlock(options: RpcOptions = {}): Promise<Tip> {
    const { height, tip } = await this.getBlockchainInfo(options)
    return { height, hash: tip }
  }

  /** Of the active chain; undefined above its tip. */
  async getBlockHash(height: number, options: RpcOptions = {}): Promise<BlockHash | undefined> {
    const call = this.call({ method: 'getblockhash', params: [height], schema: hashSchema }, options)
    return await unless(RPC_INVALID_PARAMETER, call)
  }

  /** Of any block the node has ever known, on the active chain or stale; undefined if it knows none. */
  async getHeader(hash: BlockHash, options: RpcOptions = {}): Promise<Header | undefined> {
    const params = [toDisplay(hash), false]
    const call = this.call({ method: 'getblockheader', params, schema: headerHexSchema }, options)
    const bytes = await unless(RPC_INVALID_ADDRESS_OR_KEY, call)
    if (bytes === undefined) return undefined
    const header = decodeHeader(bytes)
    if (!sameHash(headerHash(header), hash)) throw wrongHeader(hash)
    return header
  }

  /**
   * Up to `count` (at most 2,000) linked headers of the active chain from a height on; fewer at its end. A reorg
   * between two requests can shorten the answer too, never mix two branches.
   */
  async getHeaders(fromHeight: number, count: number, options: RpcOptions = {}): Promise<PlacedHeader[]> {
    const wanted = Math.min(count, MAX_REST_HEADERS)
    if (wanted <= 0) return []
    const first = await this.getBlockHash(fromHeight, options)
    if (first === undefined) return []
    if (this.#rest !== false) {
      const asking = { timeoutMs: this.#timeoutMs, ...options }
      const bytes = await this.#patiently(() => restHeaders(this.#http, first, wanted, asking), options)
      if (bytes instanceof Uint8Array) {
        this.#rest = true
        return placeHeaders(bytes, fromHeight, first)
      }
      if (bytes === 'foreign') this.#rest = false
      // "Not found" may mean the block: only for one still on the chain does it say that REST is off.
      if (bytes === 'refused' && this.#rest === undefined) {
        const again = await this.getBlockHash(fromHeight, options)
        if (again !== undefined && sameHash(again, first)) this.#rest = false
      }
    }
    const available = (await this.getBlockCount(options)) - fromHeight + 1
    const headers = rpcHeaders(this, fromHeight, Math.max(0, Math.min(wanted, available)), options)
    const bytes = await unless(RPC_INVALID_PARAMETER, headers)
    return bytes === undefined ? [] : placeHeaders(bytes, fromHeight)
  }

  /** Throws E_NODE_WRONG_NETWORK unless the node follows the network of these parameters. */
  async assertNetwork(params: NetworkParams, options: RpcOptions = {}): Promise<void> {
    const genesis = await this.getBlockHash(0, options)
    checkNetwork(params, genesis, await this.getBlockchainInfo(options), this.url)
  }

  async #patiently<T>(ask: () => Promise<T>, { signal, patienceMs = this.#patienceMs }: RpcOptions): Promise<T> {
    if (patienceMs <= 0) return await ask()
    const askedMs = (error: unknown) => (error as BitcoindError).askedMs
    return await retry(ask, {
      isTransient: saysNotNow,
      firstMs: 250,
      mostMs: 2_000,
      withinMs: patienceMs,
      askedMs,
      signal,
    })
  }

  /** Closes idle connections; requests under way fail. */
  close(): void {
    this.#http.close()
  }
}

const HOST_AND_PORT = /^([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\]):[0-9]{1,5}$/i

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    // Shown only where it cannot hold a password.
    const shown = HOST_AND_PORT.test(text) ? text : 'HOST:PORT'
    const message = `What was given is no address of a node. Write http://${shown}.`
    throw new BitcoindError('E_NODE_UNREACHABLE', message)
  }
  if (url.username || url.password) {
    const message = 'The node’s address holds a user or password, which other users can read.'
    throw new BitcoindError('E_NODE_AUTH', message, { cure: { act: 'credentials' } })
  }
  return url
}

/** Turns one of Core's error numbers into "no such block". */
async function unless<T>(rpcCode: number, promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof BitcoindError && error.rpcCode === rpcCode) return undefined
    throw error
  }
}

function wrongHeader(hash: BlockHash): BitcoindError {
  const message = `The node gave a header for ${toDisplay(hash)} that has another hash.`
  return new BitcoindError('E_NODE_GARBAGE', message, { cure: { act: 'check-node' } })
}
