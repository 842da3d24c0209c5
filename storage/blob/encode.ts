import { equalBytes, type Rejection, type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { BATCH_UNITS, codeByColumns } from './columns.ts'
import { type BlobContent, blobId } from './id.ts'
import { type BlobShape, blobShape, CODING, MAX_BLOB_BYTES, UNIT_BYTES } from './shape.ts'
import type { BlobStore } from './store.ts'
import { BlobTree } from './tree.ts'

/** A blob whose units are all in a store. */
export interface EncodedBlob extends BlobContent {
  /** P(19; root, length, coding), 32 bytes little-endian. */
  readonly id: Uint8Array
  readonly shape: BlobShape
  /** 32 bytes a unit: from them `BlobTree` makes the paths. */
  readonly unitRoots: Uint8Array
}

export interface EncodeOptions {
  /** The most that the blob may hold; what no blob can exceed unless given. */
  readonly maxBytes?: number | undefined
  /** What the code works on at once, 16 MB unless given: whatever it is, the blob is the same. */
  readonly columnBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Root of a unit whose bytes in the store were verified; null where they were not, and are hashed. */
  known?(unit: number): Uint8Array | null
  /** Bytes of the content and of its parity that are hashed so far. */
  onProgress?(bytes: number): void
}

/** Why content is no blob. */
export type EncodeReject = 'empty' | 'oversized'

/**
 * Writes content into a store as the units of one blob: data, parity, zeros up to a whole chunk. Memory stays the same
 * whatever the length.
 */
export async function encodeBlob(
  kernel: StorageKernel,
  content: AsyncIterable<Uint8Array>,
  store: BlobStore,
  options: EncodeOptions = {},
): Promise<Result<{ readonly blob: EncodedBlob }, EncodeReject>> {
  const { maxBytes = MAX_BLOB_BYTES } = options
  const roots = new Roots(kernel, options)
  const written = await writeData(content, store, roots, maxBytes)
  if (typeof written !== 'number') return written
  return { ok: true, blob: await complete(kernel, store, blobShape(written), roots, options) }
}

/**
 * Makes the rest of a blob anew from its data units, which are in the store, and tells whether it is the blob that was
 * wanted. It is not where an author made parity that is none: nobody needs to keep such a blob.
 */
export async function completeBlob(
  kernel: StorageKernel,
  store: BlobStore,
  { root, length }: BlobContent,
  options: EncodeOptions = {},
): Promise<Result<{ readonly blob: EncodedBlob }, 'another-blob'>> {
  const shape = blobShape(length)
  const roots = new Roots(kernel, options)
  for (let first = 0; first < shape.dataUnits; first += BATCH_UNITS) {
    const count = Math.min(BATCH_UNITS, shape.dataUnits - first)
    const known = knownRoots(first, count, options)
    if (known === null) await roots.add(await store.read(first * UNIT_BYTES, count * UNIT_BYTES))
    else await roots.take(known)
  }
  const blob = await complete(kernel, store, shape, roots, options)
  if (equalBytes(blob.root, root)) return { ok: true, blob }
  return rejection('another-blob', 'data and parity made from it have another root')
}

/** Roots of units in order. While one batch is hashed the next is read. */
class Roots {
  readonly #kernel: StorageKernel
  readonly #options: EncodeOptions
  readonly #done: Uint8Array[] = []
  #last: Promise<Uint8Array> | null = null
  #bytes = 0

  constructor(kernel: StorageKernel, options: EncodeOptions) {
    this.#kernel = kernel
    this.#options = options
  }

  async add(units: Uint8Array): Promise<void> {
    throwIfAborted(this.#options.signal)
    await this.#settle()
    this.#last = this.#kernel.unitRoots(units)
    // Heard in the next call; that it fails before is no unhandled rejection.
    this.#last.catch(() => undefined)
    this.#bytes += units.length
  }

  /** Those of the next units, which are known. */
  async take(roots: Uint8Array): Promise<void> {
    throwIfAborted(this.#options.signal)
    await this.#settle()
    this.#done.push(roots)
    this.#bytes += (roots.length / 32) * UNIT_BYTES
    this.#options.onProgress?.(this.#bytes)
  }

  async all(): Promise<Uint8Array> {
    await this.#settle()
    const roots = new Uint8Array(this.#done.reduce((total, { length }) => total + length, 0))
    let at = 0
    for (const some of this.#done) {
      roots.set(some, at)
      at += some.length
    }
    return roots
  }

  async #settle(): Promise<void> {
    if (this.#last === null) return
    this.#done.push(await this.#last)
    this.#last = null
    this.#options.onProgress?.(this.#bytes)
  }
}

/** The content in batches of whole units, zeros after its end; its length, or why it is no blob. */
async function writeData(
  content: AsyncIterable<Uint8Array>,
  store: BlobStore,
  roots: Roots,
  maxBytes: number,
): Promise<number | Rejection<EncodeReject>> {
  let batch = new Uint8Array(BATCH_UNITS * UNIT_BYTES)
  let [filled, length, at] = [0, 0, 0]
  const flush = async () => {
    const units = batch.subarray(0, Math.ceil(filled / UNIT_BYTES) * UNIT_BYTES)
    await store.write(at, units)
    await roots.add(units)
    at += units.length
    // The last one may still be hashed.
    batch = new Uint8Array(batch.length)
    filled = 0
  }
  for await (const piece of content) {
    length += piece.length
    if (length > maxBytes) return rejection('oversized', `it is longer than ${maxBytes} bytes`)
    for (let from = 0; from < piece.length; ) {
      const some = piece.subarray(from, from + batch.length - filled)
      batch.set(some, filled)
      filled += some.length
      from += some.length
      if (filled === batch.length) await flush()
    }
  }
  if (length === 0) return rejection('empty', 'a blob has at least one byte')
  if (filled > 0) await flush()
  return length
}

/** Null unless all of them are known. */
function knownRoots(first: number, count: number, { known }: EncodeOptions): Uint8Array | null {
  if (known === undefined) return null
  const roots = new Uint8Array(count * 32)
  for (let i = 0; i < count; i++) {
    const root = known(first + i)
    if (root === null) return null
    roots.set(root, i * 32)
  }
  return roots
}

async function complete(
  kernel: StorageKernel,
  store: BlobStore,
  shape: BlobShape,
  roots: Roots,
  options: EncodeOptions,
): Promise<EncodedBlob> {
  const { length, dataUnits, parityUnits, units } = shape
  const made = codeByColumns({
    store,
    numbers: Array.from({ length: dataUnits }, (_, unit) => unit),
    makes: parityUnits,
    scratch: units * UNIT_BYTES,
    code: (width, column) => kernel.encodeColumn(dataUnits, width, column),
    columnBytes: options.columnBytes,
    signal: options.signal,
  })
  for await (const { first, bytes } of made) {
    const at = (dataUnits + first) * UNIT_BYTES
    const known = knownRoots(dataUnits + first, bytes.length / UNIT_BYTES, options)
    if (known !== null && equalBytes(await store.read(at, bytes.length), bytes)) await roots.take(known)
    else {
      await store.write(at, bytes)
      await roots.add(bytes)
    }
  }
  const zeros = new Uint8Array((units - dataUnits - parityUnits) * UNIT_BYTES)
  if (zeros.length > 0) {
    await store.write((dataUnits + parityUnits) * UNIT_BYTES, zeros)
    await roots.add(zeros)
  }
  await store.truncate(units * UNIT_BYTES)
  const unitRoots = await roots.all()
  const { root } = new BlobTree(kernel, unitRoots)
  const content = { root, length, coding: CODING }
  return { ...content, id: blobId(kernel, content) as Uint8Array, shape, unitRoots }
}
