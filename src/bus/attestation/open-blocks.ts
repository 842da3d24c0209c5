import { type BlockHash, toDisplay } from '../../bitcoin/index.ts'
import { inTurns, orAborted, type Result } from '../../lib/index.ts'
import { type BuildReject, type OpenBlock, openBlockInPieces } from './build.ts'
import type { BlockSource } from './sources.ts'

/** What opened blocks may take of memory together, in bytes by `sizeOf`: some ten of Bitcoin's fullest. */
const MAX_KEPT_BYTES = 128 << 20

/** An object or a view of bytes, in bytes of memory. */
const OBJECT_BYTES = 150

export type OpenedBlock = Result<{ readonly open: OpenBlock }, BuildReject | 'no-such-block'>

interface Kept {
  readonly open: OpenBlock
  readonly bytes: number
}

/**
 * Blocks of a source with their trees, the last used of them kept: what is asked next is mostly about the same. To read
 * one and hash its trees takes some hundred milliseconds, so it is done once for all who ask at the same time, with
 * turns for others in between.
 */
export class OpenBlocks implements BlockSource {
  readonly #blocks: BlockSource
  readonly #maxBytes: number
  /** By hash as shown; the last used last. */
  readonly #kept = new Map<string, Kept>()
  readonly #opening = new Map<string, Promise<void>>()
  #bytes = 0

  constructor(blocks: BlockSource, maxBytes = MAX_KEPT_BYTES) {
    this.#blocks = blocks
    this.#maxBytes = maxBytes
  }

  header(hash: BlockHash, signal?: AbortSignal): ReturnType<BlockSource['header']> {
    return this.#blocks.header(hash, signal)
  }

  block(hash: BlockHash, signal?: AbortSignal): ReturnType<BlockSource['block']> {
    return this.#blocks.block(hash, signal)
  }

  locate(txid: string, signal?: AbortSignal): ReturnType<BlockSource['locate']> {
    return this.#blocks.locate(txid, signal)
  }

  /** Rejects with what the source throws, or once `signal` has fired. */
  async open(hash: BlockHash, signal?: AbortSignal): Promise<OpenedBlock> {
    const key = toDisplay(hash)
    for (;;) {
      const kept = this.#kept.get(key)
      if (kept !== undefined) {
        this.#kept.delete(key)
        this.#kept.set(key, kept)
        return { ok: true, open: kept.open }
      }
      const other = this.#opening.get(key)
      if (other === undefined) break
      // Whoever opens it may leave, or fail: then it is opened here.
      await orAborted(other, signal)
    }
    const opening = Promise.withResolvers<void>()
    this.#opening.set(key, opening.promise)
    try {
      const found = await this.#blocks.block(hash, signal)
      if (!found.ok) return found
      const opened = await inTurns(openBlockInPieces(found.block), signal)
      if (opened.ok) this.#keep(key, opened.open)
      return opened
    } finally {
      this.#opening.delete(key)
      opening.resolve()
    }
  }

  #keep(key: string, open: OpenBlock): void {
    const bytes = sizeOf(open)
    if (bytes > this.#maxBytes) return
    this.#kept.set(key, { open, bytes })
    this.#bytes += bytes
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break
      this.#kept.delete(oldest)
      this.#bytes -= kept.bytes
    }
  }
}

/** About what an opened block takes of memory: of its bytes many times as much where it has many small things. */
function sizeOf({ block }: OpenBlock): number {
  let objects = 0
  for (const { inputs, outputs } of block.transactions) {
    // The transaction, its two ids, their nodes in the trees, its entry among the ids.
    objects += 8 + 3 * inputs.length + 2 * outputs.length
    for (const { witness } of inputs) objects += witness.length
  }
  return block.bytes.length + OBJECT_BYTES * objects
}
