import * as z from 'zod'
import {
  bytesToHex,
  Deadline,
  delay,
  hash256,
  hexToBytes,
  orAborted,
  readBody,
  retryAfterMs,
  throwIfAborted,
  utf8,
} from '../../src/lib/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { CHUNK_BYTES, MAX_BLOB_BYTES, UNIT_BYTES } from '../blob/shape.ts'
import { CHUNK_PATH_BYTES, UNIT_PATH_BYTES } from '../blob/tree.ts'
import { storageError } from '../errors.ts'
import type { NameKey, NameSource } from '../naming/names.ts'
import { type SignedName, signedNameSchema } from '../naming/signed-name.ts'
import type { BlobSource, GivenPiece } from './source.ts'

/** What a gateway says of a blob (`?format=facts`). */
const blobFacts = z.strictObject({
  root: hash256,
  length: z.int().min(1).max(MAX_BLOB_BYTES),
  coding: z.int().min(0).max(0xffff_ffff),
})

const MAX_JSON_BYTES = 4_096
/** From a question until its answer is there in full, pauses included that a gateway asks for. */
const TIMEOUT_MS = 30_000
const SHORTEST_PAUSE_MS = 250

export interface GatewayOptions {
  /** Of the network, as URIs have it. */
  readonly chain: number
  /** Milliseconds within which an answer is there in full; 30,000 unless given. */
  readonly timeoutMs?: number | undefined
  /** For tests, and where the platform's own is not to be used. */
  readonly fetch?: typeof fetch | undefined
}

/** `http://HOST:PORT` or `https://HOST`, with a path or without. */
export function isGatewayUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return (
    parsed !== null && /^https?:$/.test(parsed.protocol) && `${parsed.username}${parsed.search}${parsed.hash}` === ''
  )
}

/** A gateway over HTTP as a source that nobody trusts: only pieces with their paths are asked for. */
export class GatewaySource implements BlobSource, NameSource {
  readonly name: string
  readonly #base: string
  readonly #chain: number
  readonly #fetch: typeof fetch
  readonly #timeoutMs: number

  /** @param url `http://HOST:PORT` or `https://HOST`; another one is a bug of the caller: RangeError */
  constructor(url: string, { chain, fetch: given, timeoutMs = TIMEOUT_MS }: GatewayOptions) {
    if (!isGatewayUrl(url)) throw new RangeError(`${url} is no address of a gateway`)
    this.name = url
    this.#base = url.replace(/\/$/, '')
    this.#chain = chain
    this.#timeoutMs = timeoutMs
    this.#fetch = given ?? ((...request) => fetch(...request))
  }

  async content(id: string, signal?: AbortSignal): Promise<BlobContent | null> {
    const facts = await this.#json(`${id}:${this.#chain}?format=facts`, blobFacts, signal)
    return facts && { ...facts, root: hexToBytes(facts.root) }
  }

  chunk(id: string, chunk: number, signal?: AbortSignal): Promise<GivenPiece | null> {
    return this.#piece(id, `chunk=${chunk}`, { path: CHUNK_PATH_BYTES, bytes: CHUNK_BYTES }, signal)
  }

  unit(id: string, unit: number, signal?: AbortSignal): Promise<GivenPiece | null> {
    return this.#piece(id, `unit=${unit}`, { path: UNIT_PATH_BYTES, bytes: UNIT_BYTES }, signal)
  }

  signedName({ author, name }: NameKey, signal?: AbortSignal): Promise<SignedName | null> {
    return this.#json(`${name}.${author}:${this.#chain}?format=name`, signedNameSchema, signal)
  }

  async #piece(
    id: string,
    which: string,
    lengths: { readonly path: number; readonly bytes: number },
    signal: AbortSignal | undefined,
  ): Promise<GivenPiece | null> {
    const both = await this.#get(`${id}:${this.#chain}?format=raw&${which}`, lengths.path + lengths.bytes, signal)
    return both && { path: both.subarray(0, lengths.path), bytes: both.subarray(lengths.path) }
  }

  async #json<T>(target: string, schema: z.ZodType<T>, signal: AbortSignal | undefined): Promise<T | null> {
    const bytes = await this.#get(target, MAX_JSON_BYTES, signal)
    if (bytes === null) return null
    try {
      return schema.parse(JSON.parse(utf8(bytes) ?? ''))
    } catch (cause) {
      throw storageError('E_UNREADABLE', `what ${this.name} answers is nothing of a gateway`, { cause })
    }
  }

  async #get(target: string, maxBytes: number, signal: AbortSignal | undefined): Promise<Uint8Array | null> {
    const late = new Deadline(this.#timeoutMs)
    const within = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
    try {
      const response = await this.#answer(`${this.#base}/web3/${target}`, within)
      if (response === null) return null
      // Also where the body is not the platform's own, and knows nothing of the signal.
      const read = await orAborted(readBody(response, maxBytes), within)
      if (read.ok) return read.bytes
      throw storageError('E_UNREADABLE', `${this.name} sends more than was asked for: ${read.detail}`)
    } catch (error) {
      throwIfAborted(signal)
      if (!late.isOver) throw error
      throw storageError('E_UNREADABLE', `${this.name} has not answered within ${this.#timeoutMs} ms`)
    } finally {
      late.clear()
    }
  }

  /** Twice, for a connection that was kept may be closed by the other side just when it is used again. */
  async #fetched(url: string, signal: AbortSignal): Promise<Response> {
    const init = { redirect: 'error', credentials: 'omit', signal } as const
    return await this.#fetch(url, init).catch((error: unknown) => {
      if (signal.aborted) throw error
      return this.#fetch(url, init)
    })
  }

  /** Null where it has not what is asked for. A gateway that asks for a pause gets it. */
  async #answer(url: string, signal: AbortSignal): Promise<Response | null> {
    for (;;) {
      const response = await this.#fetched(url, signal)
      if (response.status === 200) return response
      // Not awaited: a sender that goes on sending is not waited for.
      response.body?.cancel().catch(() => undefined)
      if (response.status === 404) return null
      const pause = response.status === 429 ? retryAfterMs(response.headers.get('retry-after'), Date.now()) : undefined
      if (pause === undefined) {
        const why = response.status === 421 ? ': it goes by another name, localhost perhaps' : ''
        throw storageError('E_UNREADABLE', `${this.name} answers ${response.status}${why}`)
      }
      await delay(Math.max(SHORTEST_PAUSE_MS, Math.min(pause, this.#timeoutMs)), signal)
    }
  }
}

/** A blob's facts as a gateway sends them. */
export function factsOf({ root, length, coding }: BlobContent): z.output<typeof blobFacts> {
  return { root: bytesToHex(root), length, coding }
}
