import * as z from 'zod'
import { bytesToHex, hash256, hexToBytes, readBody, utf8 } from '../../src/lib/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { CHUNK_BYTES, MAX_BLOB_BYTES, UNIT_BYTES } from '../blob/shape.ts'
import { CHUNK_PATH_BYTES, UNIT_PATH_BYTES } from '../blob/tree.ts'
import { storageError } from '../errors.ts'
import type { NameKey, NameSource } from '../naming/names.ts'
import { type SignedName, signedNameSchema } from '../naming/signed-name.ts'
import type { BlobSource, GivenPiece } from './source.ts'

/** What a gateway says of a blob (`?format=facts`). */
export const blobFacts = z.strictObject({
  root: hash256,
  length: z.int().min(1).max(MAX_BLOB_BYTES),
  coding: z.int().min(0).max(0xffff_ffff),
})

const MAX_JSON_BYTES = 4_096

export interface GatewayOptions {
  /** Of the network, as URIs have it. */
  readonly chain: number
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

  /** @param url `http://HOST:PORT` or `https://HOST`; another one is a bug of the caller: RangeError */
  constructor(url: string, { chain, fetch: given }: GatewayOptions) {
    if (!isGatewayUrl(url)) throw new RangeError(`${url} is no address of a gateway`)
    this.name = url
    this.#base = url.replace(/\/$/, '')
    this.#chain = chain
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
    const init = { redirect: 'error', credentials: 'omit', ...(signal && { signal }) } as const
    const response = await this.#fetch(`${this.#base}/web3/${target}`, init)
    if (response.status !== 200) {
      await response.body?.cancel()
      if (response.status === 404) return null
      throw storageError('E_UNREADABLE', `${this.name} answers ${response.status}`)
    }
    const read = await readBody(response, maxBytes)
    if (read.ok) return read.bytes
    throw storageError('E_UNREADABLE', `${this.name} sends more than was asked for: ${read.detail}`)
  }
}

/** A blob's facts as a gateway sends them. */
export function factsOf({ root, length, coding }: BlobContent): z.output<typeof blobFacts> {
  return { root: bytesToHex(root), length, coding }
}
