import { bytesToHex, type Rejection, type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { type BlobContent, blobId } from '../blob/id.ts'
import { blobShape, CHUNK_BYTES, CODING, isBlobLength, UNIT_BYTES } from '../blob/shape.ts'
import { verifyChunk, verifyUnit } from '../blob/verify.ts'
import { storageError } from '../errors.ts'
import { PieceCache } from './piece-cache.ts'
import type { BlobSource, GivenPiece } from './source.ts'

/** Why a blob, or a piece of it, cannot be had. */
export type BlobReject =
  /** No source has it. */
  | 'not-found'
  /** What sources gave is not what its id stands for. */
  | 'not-verified'
  /** No source could be reached. */
  | 'unreachable'

/** What one source did wrong. */
export interface SourceFault {
  /** Name of the source. */
  readonly source: string
  readonly reject: Exclude<BlobReject, 'not-found'>
  readonly detail: string
}

export interface BlobReaderOptions {
  readonly kernel: StorageKernel
  /** Asked in this order; one that failed is asked last from then on. */
  readonly sources: readonly BlobSource[]
  /** Hears of every source that lied or could not be reached. */
  readonly onFault?: ((fault: SourceFault) => void) | undefined
}

/** So many units of a chunk, or more, are asked for as a whole chunk: its path is the shorter one, its hash done once. */
const UNITS_WORTH_A_CHUNK = 4

/** Reads blobs from sources that nobody needs to trust: each piece is verified before a byte of it is given on. */
export class BlobReader {
  readonly #kernel: StorageKernel
  readonly #onFault: BlobReaderOptions['onFault']
  readonly #contents = new Map<string, BlobContent>()
  readonly #pieces = new PieceCache()
  #sources: readonly BlobSource[]

  constructor({ kernel, sources, onFault }: BlobReaderOptions) {
    this.#kernel = kernel
    this.#sources = sources
    this.#onFault = onFault
  }

  /** What a blob's id is the hash of, from whoever has it. */
  async content(id: string, signal?: AbortSignal): Promise<Result<{ readonly content: BlobContent }, BlobReject>> {
    const known = this.#contents.get(id)
    if (known !== undefined) return { ok: true, content: known }
    const found = await this.#ask(
      (source) => source.content(id, signal),
      async (content) => {
        const fits = isBlobLength(content.length) && content.coding === CODING
        const own = fits ? blobId(this.#kernel, content) : null
        return own !== null && bytesToHex(own) === id ? null : 'root and length are another blob’s'
      },
      `blob ${id}`,
      signal,
    )
    if (!found.ok) return found
    this.#contents.set(id, found.value)
    return { ok: true, content: found.value }
  }

  /**
   * Bytes `start` … `end` − 1 of a blob's content, in pieces that were verified. Throws E_UNREADABLE, with the reason as
   * its cause, where no source gives one; what came before stays right.
   */
  async *read(id: string, start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const found = await this.content(id, signal)
    if (!found.ok) throw unreadable(found)
    if (start < 0 || end > found.content.length) throw new RangeError(`${start} to ${end} is not within the blob`)
    for (let at = start; at < end; ) {
      throwIfAborted(signal)
      const chunk = Math.floor(at / CHUNK_BYTES)
      const until = Math.min(end, (chunk + 1) * CHUNK_BYTES)
      const last = Math.floor((until - 1) / UNIT_BYTES)
      const few = last - Math.floor(at / UNIT_BYTES) + 1 < UNITS_WORTH_A_CHUNK
      const kind = few && !this.#pieces.has(id, 'chunk', chunk) ? 'unit' : 'chunk'
      const size = kind === 'unit' ? UNIT_BYTES : CHUNK_BYTES
      const index = Math.floor(at / size)
      const piece = await this.piece(id, kind, index, signal)
      if (!piece.ok) throw unreadable(piece)
      const upTo = Math.min(until, (index + 1) * size)
      yield piece.piece.bytes.subarray(at - index * size, upTo - index * size)
      at = upTo
    }
  }

  /** One verified piece with its path. */
  async piece(
    id: string,
    kind: 'unit' | 'chunk',
    index: number,
    signal?: AbortSignal,
  ): Promise<Result<{ readonly piece: GivenPiece }, BlobReject>> {
    const known = this.#pieces.get(id, kind, index)
    if (known !== undefined) return { ok: true, piece: known }
    const blob = await this.content(id, signal)
    if (!blob.ok) return blob
    const count = blobShape(blob.content.length)[`${kind}s`]
    if (index >= count) return rejection('not-found', `the blob has ${count} ${kind}s`)
    const verify = kind === 'unit' ? verifyUnit : verifyChunk
    const found = await this.#ask(
      (source) => source[kind](id, index, signal),
      async (piece) => {
        const held = await verify(this.#kernel, blob.content, { index, ...piece })
        return held.ok ? null : `${held.reject}: ${held.detail}`
      },
      `${kind} ${index} of blob ${id}`,
      signal,
    )
    if (!found.ok) return found
    this.#pieces.put(id, kind, index, found.value)
    return { ok: true, piece: found.value }
  }

  /** The first answer that holds. */
  async #ask<T extends object>(
    question: (source: BlobSource) => Promise<T | null>,
    wrong: (answer: T) => Promise<string | null>,
    what: string,
    signal: AbortSignal | undefined,
  ): Promise<Result<{ readonly value: T }, BlobReject>> {
    const faults: SourceFault[] = []
    const failed = (source: BlobSource, reject: SourceFault['reject'], detail: string) => {
      const fault = { source: source.name, reject, detail }
      faults.push(fault)
      this.#sources = [...this.#sources.filter((one) => one !== source), source]
      this.#onFault?.(fault)
    }
    for (const source of this.#sources) {
      throwIfAborted(signal)
      let answer: T | null
      try {
        answer = await question(source)
      } catch (error) {
        throwIfAborted(signal)
        failed(source, 'unreachable', error instanceof Error ? error.message : String(error))
        continue
      }
      if (answer === null) continue
      const detail = await wrong(answer)
      if (detail === null) return { ok: true, value: answer }
      failed(source, 'not-verified', detail)
    }
    const worst = faults.find(({ reject }) => reject === 'not-verified') ?? faults[0]
    if (worst === undefined) return rejection('not-found', `nobody that was asked has ${what}`)
    return rejection(worst.reject, `${what}, from ${worst.source}: ${worst.detail}`)
  }
}

function unreadable(why: Rejection<BlobReject>) {
  return storageError('E_UNREADABLE', `${why.reject}: ${why.detail}`, { cause: why })
}
