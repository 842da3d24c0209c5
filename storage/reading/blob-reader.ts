import { bytesToHex, concatBytes, type Rejection, type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { type BlobContent, blobId } from '../blob/id.ts'
import { blobShape, CHUNK_BYTES, CODING, isBlobLength, UNIT_BYTES } from '../blob/shape.ts'
import { verifyChunk, verifyUnit } from '../blob/verify.ts'
import { storageError } from '../errors.ts'
import { AskedSources, type BlobReject, type SourceFault } from './ask-sources.ts'
import { BoundedCache } from './bounded-cache.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { Restorer, type RestorerOptions } from './restorer.ts'
import type { BlobSource, GivenPiece } from './source.ts'
import { VerifiedChunks } from './verified-chunks.ts'

export interface BlobReaderOptions {
  readonly kernel: StorageKernel
  /** Asked in this order; one that failed is asked last from then on. */
  readonly sources: readonly BlobSource[]
  /** Hears of every source that lied or could not be reached. */
  readonly onFault?: ((fault: SourceFault) => void) | undefined
  /** How pieces that no source gives are made from the rest of their blob; not at all where null. */
  readonly restoring?: Omit<RestorerOptions, 'kernel'> | null | undefined
  /** A fast SHA-256. With it, chunks that come again from a source are known by it (`VerifiedChunks`). */
  readonly hasher?: Hasher | undefined
  /** Of pieces in memory that may be wanted again at once; 8 MB unless given. */
  readonly cacheBytes?: number | undefined
}

/** So many units of a chunk, or more, are asked for as a whole chunk: its path is the shorter one, its hash done once. */
const UNITS_WORTH_A_CHUNK = 4
const CACHE_BYTES = 8 << 20
/** Of what blobs' ids are the hashes of: some 10,000. */
const CONTENTS_BYTES = 2 << 20
const CONTENT_BYTES = 200

type Kind = 'unit' | 'chunk'

/** Reads blobs from sources that nobody needs to trust: each piece is verified before a byte of it is given on. */
export class BlobReader {
  readonly hasher: Hasher
  readonly #kernel: StorageKernel
  readonly #sources: AskedSources
  readonly #contents = new BoundedCache<BlobContent>(CONTENTS_BYTES)
  readonly #pieces: BoundedCache<GivenPiece>
  readonly #verified: VerifiedChunks | null
  readonly #restorer: Restorer | null

  constructor({ kernel, sources, onFault, restoring, hasher, cacheBytes = CACHE_BYTES }: BlobReaderOptions) {
    this.hasher = hasher ?? portableHasher
    this.#kernel = kernel
    this.#sources = new AskedSources(sources, { onFault })
    this.#pieces = new BoundedCache(cacheBytes)
    this.#verified = hasher === undefined ? null : new VerifiedChunks(hasher)
    this.#restorer = restoring === null ? null : new Restorer({ kernel, ...restoring })
  }

  /** Ends what is being restored, and lets go what was. */
  async close(): Promise<void> {
    await this.#restorer?.close()
  }

  /** What a blob's id is the hash of, from whoever has it. */
  async content(id: string, signal?: AbortSignal): Promise<Result<{ readonly content: BlobContent }, BlobReject>> {
    const known = this.#contents.get(id)
    if (known !== undefined) return { ok: true, content: known }
    const wrong = async (content: BlobContent) => {
      const fits = isBlobLength(content.length) && content.coding === CODING
      const own = fits ? blobId(this.#kernel, content) : null
      return own !== null && bytesToHex(own) === id ? null : 'root and length are another blob’s'
    }
    const question = { what: `blob ${id}`, ask: (source: BlobSource) => source.content(id, signal), wrong }
    const found = await this.#sources.first(question, signal)
    if (!found.ok) return found
    this.#contents.put(id, found.value, CONTENT_BYTES)
    return { ok: true, content: found.value }
  }

  /**
   * Bytes `start` … `end` − 1 of a blob's content, in pieces that were verified. Throws E_UNREADABLE, with the rejection as
   * its cause, where no source gives one; what came before stays right.
   */
  async *read(id: string, start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    for (let at = start; at < end; ) {
      const part = await this.#part(id, at, end, signal)
      if (!part.ok) throw unreadable(part)
      yield part.bytes
      at += part.bytes.length
    }
  }

  /** The same, all at once. */
  async bytes(
    id: string,
    start: number,
    end: number,
    signal?: AbortSignal,
  ): Promise<Result<{ readonly bytes: Uint8Array }, BlobReject>> {
    const parts: Uint8Array[] = []
    for (let at = start; at < end; ) {
      const part = await this.#part(id, at, end, signal)
      if (!part.ok) return part
      parts.push(part.bytes)
      at += part.bytes.length
    }
    return { ok: true, bytes: concatBytes(...parts) }
  }

  /** One verified piece with its path. */
  async piece(
    id: string,
    kind: Kind,
    index: number,
    signal?: AbortSignal,
  ): Promise<Result<{ readonly piece: GivenPiece }, BlobReject>> {
    const known = this.#pieces.get(keyOf(id, kind, index))
    if (known !== undefined) return { ok: true, piece: known }
    const blob = await this.content(id, signal)
    if (!blob.ok) return blob
    const count = blobShape(blob.content.length)[`${kind}s`]
    if (index >= count) return rejection('not-found', `the blob has ${count} ${kind}s`)
    const found = await this.#given({ ...blob.content, id }, kind, index, signal)
    if (found.ok) this.#pieces.put(keyOf(id, kind, index), found.piece, found.piece.bytes.length)
    return found
  }

  /** From whoever has it; else from the rest of the blob. */
  async #given(
    blob: BlobContent & { readonly id: string },
    kind: Kind,
    index: number,
    signal: AbortSignal | undefined,
  ): Promise<Result<{ readonly piece: GivenPiece }, BlobReject>> {
    const restorer = this.#restorer
    const ask = (from: AskedSources, kind: Kind, index: number, signal: AbortSignal | undefined) =>
      this.#ask(from, blob, { kind, index }, signal)
    const restored = restorer?.has(blob.id) === true
    const found = restored ? null : await ask(this.#sources, kind, index, signal)
    if (restorer === null || found?.ok === true) return found as Result<{ readonly piece: GivenPiece }, BlobReject>
    const all = this.#sources.forManyQuestions()
    const made = await restorer.piece(blob, { kind, index }, (...piece) => ask(all, ...piece), signal)
    if (made.ok || found === null) return made
    return rejection(found.reject, `${found.detail}; it cannot be restored either: ${made.detail}`)
  }

  async #ask(
    from: AskedSources,
    blob: BlobContent & { readonly id: string },
    { kind, index }: { readonly kind: Kind; readonly index: number },
    signal: AbortSignal | undefined,
  ): Promise<Result<{ readonly piece: GivenPiece }, BlobReject>> {
    const question = {
      what: `${kind} ${index} of blob ${blob.id}`,
      ask: (source: BlobSource) => source[kind](blob.id, index, signal),
      wrong: (piece: GivenPiece) => this.#wrong(blob, { kind, index }, piece),
    }
    const found = await from.first(question, signal)
    return found.ok ? { ok: true, piece: found.value } : found
  }

  async #wrong(
    blob: BlobContent & { readonly id: string },
    { kind, index }: { readonly kind: Kind; readonly index: number },
    piece: GivenPiece,
  ): Promise<string | null> {
    if (kind === 'chunk' && this.#verified?.knows(blob.id, index, piece)) return null
    const verify = kind === 'unit' ? verifyUnit : verifyChunk
    const held = await verify(this.#kernel, blob, { index, ...piece })
    if (!held.ok) return `${held.reject}: ${held.detail}`
    if (kind === 'chunk') this.#verified?.add(blob.id, { chunk: index, chunks: blobShape(blob.length).chunks }, piece)
    return null
  }

  /** The first of these bytes, up to the end of the piece that they begin in. */
  async #part(
    id: string,
    at: number,
    end: number,
    signal: AbortSignal | undefined,
  ): Promise<Result<{ readonly bytes: Uint8Array }, BlobReject>> {
    throwIfAborted(signal)
    const found = await this.content(id, signal)
    if (!found.ok) return found
    if (at < 0 || end > found.content.length) throw new RangeError(`${at} to ${end} is not within the blob`)
    const chunk = Math.floor(at / CHUNK_BYTES)
    const until = Math.min(end, (chunk + 1) * CHUNK_BYTES)
    const last = Math.floor((until - 1) / UNIT_BYTES)
    const few = last - Math.floor(at / UNIT_BYTES) + 1 < UNITS_WORTH_A_CHUNK
    const kind = few && !this.#pieces.has(keyOf(id, 'chunk', chunk)) ? 'unit' : 'chunk'
    const size = kind === 'unit' ? UNIT_BYTES : CHUNK_BYTES
    const index = Math.floor(at / size)
    const piece = await this.piece(id, kind, index, signal)
    if (!piece.ok) return piece
    const upTo = Math.min(until, (index + 1) * size)
    return { ok: true, bytes: piece.piece.bytes.subarray(at - index * size, upTo - index * size) }
  }
}

function keyOf(id: string, kind: Kind, index: number): string {
  return `${kind}:${index}:${id}`
}

/** What a stream ends with that cannot go on; the cause names the rule broken. */
export function unreadable(why: Rejection): Error {
  return storageError('E_UNREADABLE', `${why.reject}: ${why.detail}`, { cause: why })
}
