import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { networkHash } from '../../../src/bitcoin/index.ts'
import { bytesToHex, equalBytes } from '../../../src/lib/index.ts'
import { type LevelStore, openJsonStore, type StoreWrite } from '../../../src/lib/io/index.ts'
import { blobShape } from '../../blob/shape.ts'
import { type StorageErrorCode, storageError } from '../../errors.ts'
import type { StorageParams } from '../../params.ts'
import { rawKeeping } from '../../replica/keeping.ts'
import { type LastScrub, type LastScrubs, SCRUB_LEVELS, type ScrubLevel } from '../../replica/scrub-levels.ts'
import {
  blobSchema,
  chunkKey,
  chunkValue,
  count,
  INDEX_FORMAT,
  MOST_WAYS,
  readChunkValue,
  readWayKey,
  SUM_BYTES,
  scrubSchema,
  wayKey,
  waySchema,
} from './index-format.ts'

/** A blob of which chunks are kept. */
export interface KeptBlob extends z.output<typeof blobSchema> {
  /** 64 hex digits. */
  readonly id: string
  /** Chunks that are here. */
  readonly held: ReadonlySet<number>
}

/** What is in the slot of a chunk. */
export interface Slot {
  /** SHA-256 of it. */
  readonly sum: Uint8Array
  /** Name of the way in which it is kept. */
  readonly kept: string
}

interface Entry extends z.output<typeof blobSchema> {
  readonly id: string
  readonly held: Set<number>
  /** Chunks that were here, and whose bytes still take their room. */
  readonly lost: Set<number>
  /** Of each chunk that is here. */
  readonly sums: Uint8Array
  /** Of each chunk that is here or lost. */
  readonly ways: Uint8Array
}

/**
 * Which chunks are on the disk, how each is kept, and its checksum. All of it is in memory as well, some 60 bytes a chunk: what
 * is here is read and given also while the disk takes no write.
 */
export class ChunkIndex {
  readonly #store: LevelStore<string, unknown>
  readonly #blobs = new Map<string, Entry>()
  /** Names of ways of keeping, by their numbers. */
  readonly #ways: string[] = [rawKeeping.name]
  /** Chunks whose bytes take room, whether they are here or lost, by the way they are kept. */
  readonly #slots: number[] = [0]
  readonly #scrubs: Record<ScrubLevel, LastScrub | null> = { recent: null, cheap: null, full: null }
  /** Chunks that are here no longer, and that the disk does not know of yet. */
  readonly #unsaid = new Set<string>()
  #turn = 0
  #writing: Promise<void> = Promise.resolve()

  private constructor(store: LevelStore<string, unknown>) {
    this.#store = store
  }

  /** Throws E_LOCKED where another process has it, E_STORE where it cannot be used, or is of another network or format. */
  static async open(folder: string, params: StorageParams): Promise<ChunkIndex> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const store = await openJsonStore<StorageErrorCode>({
      path: join(folder, 'index'),
      name: `the replica in ${folder}`,
      mode: 0o700,
      codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_STORE', failed: 'E_STORE' },
      cures: { full: { act: 'make-room', subject: folder } },
    })
    const index = new ChunkIndex(store)
    try {
      await index.#own(JSON.stringify({ format: INDEX_FORMAT, network: bytesToHex(networkHash(params.network)) }))
      await index.#load()
      return index
    } catch (error) {
      await store.close()
      throw error
    }
  }

  /** Ways in which chunks are kept here, with the number of those that take room on the disk. */
  slots(): (readonly [kept: string, chunks: number])[] {
    return this.#ways.map((kept, way) => [kept, this.#slots[way] ?? 0] as const)
  }

  blobs(): readonly KeptBlob[] {
    return [...this.#blobs.values()]
  }

  blob(id: string): KeptBlob | null {
    return this.#blobs.get(id) ?? null
  }

  async setBlob({ id, root, length, height, state }: Omit<KeptBlob, 'held'>): Promise<void> {
    await this.#write([{ type: 'put', key: `blob:${id}`, value: { root, length, height, state } }])
    const before = this.#blobs.get(id) ?? newEntry(id, length)
    this.#blobs.set(id, { ...before, root, length, height, state })
  }

  async dropBlob(id: string): Promise<void> {
    const blob = this.#blobs.get(id)
    if (blob === undefined) return
    const chunks = [...blob.held].map((chunk) => ({ type: 'del', key: chunkKey(id, chunk) }) as const)
    await this.#write([{ type: 'del', key: `blob:${id}` }, ...chunks])
    this.#blobs.delete(id)
    for (const chunk of [...blob.held, ...blob.lost]) this.#count(blob.ways[chunk], -1)
  }

  /** What a slot holds from now on. */
  async setChunk(id: string, chunk: number, { sum, kept }: Slot): Promise<void> {
    // Dropped meanwhile: its bytes are let go with the file.
    if (!this.#blobs.has(id)) return
    const { way, writes } = this.#wayOf(kept)
    const key = chunkKey(id, chunk)
    await this.#write([...writes, { type: 'put', key, value: chunkValue(sum, way) }])
    const blob = this.#blobs.get(id)
    if (blob === undefined) return
    this.#unsaid.delete(key)
    if (blob.held.has(chunk) || blob.lost.delete(chunk)) this.#count(blob.ways[chunk], -1)
    this.#count(way, 1)
    blob.held.add(chunk)
    blob.sums.set(sum, chunk * SUM_BYTES)
    blob.ways[chunk] = way
  }

  /**
   * A chunk is here no longer: at once, whether the disk takes that or not. Where it does not, it is told with the next write;
   * after a crash before that the slot is compared with its checksum anew.
   */
  async dropChunk(id: string, chunk: number): Promise<void> {
    const blob = this.#blobs.get(id)
    if (!blob?.held.delete(chunk)) return
    blob.lost.add(chunk)
    this.#unsaid.add(chunkKey(id, chunk))
    await this.#write([]).catch(() => undefined)
  }

  /** What the slot of a chunk holds; null where the chunk is not here. */
  slot(id: string, chunk: number): Slot | null {
    const blob = this.#blobs.get(id)
    if (!blob?.held.has(chunk)) return null
    const sum = blob.sums.slice(chunk * SUM_BYTES, (chunk + 1) * SUM_BYTES)
    return { sum, kept: this.#ways[blob.ways[chunk] ?? 0] ?? '' }
  }

  /** Whether a slot holds what it held when it was looked at. */
  holds(id: string, chunk: number, { sum, kept }: Slot): boolean {
    const now = this.slot(id, chunk)
    return now !== null && now.kept === kept && equalBytes(now.sum, sum)
  }

  /** Chunks of a blob that are here and kept in one way, in no order. */
  keptAs(id: string, kept: string): number[] {
    const way = this.#ways.indexOf(kept)
    const blob = this.#blobs.get(id)
    if (blob === undefined || way < 0) return []
    return [...blob.held].filter((chunk) => blob.ways[chunk] === way)
  }

  get scrubs(): LastScrubs {
    return { ...this.#scrubs }
  }

  async setScrub(level: ScrubLevel, last: LastScrub): Promise<void> {
    await this.#write([{ type: 'put', key: `scrub:${level}`, value: last }])
    this.#scrubs[level] = last
  }

  /** Counts up, over restarts too: which part of the chunks a scrub that looks at a part takes. */
  async nextTurn(): Promise<number> {
    const turn = this.#turn++
    await this.#write([{ type: 'put', key: 'scrub-turn', value: this.#turn }])
    return turn
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#store.close()
  }

  #count(way: number | undefined, by: 1 | -1): void {
    this.#slots[way ?? 0] = (this.#slots[way ?? 0] ?? 0) + by
  }

  /** The number of a way of keeping, and what names it on the disk where it is new. */
  #wayOf(kept: string): { readonly way: number; readonly writes: readonly StoreWrite<string, unknown>[] } {
    const way = this.#ways.indexOf(kept)
    if (way > 0) return { way, writes: [{ type: 'put', key: wayKey(way), value: kept }] }
    if (way === 0) return { way, writes: [] }
    if (this.#ways.length > MOST_WAYS) throw storageError('E_STORE', 'chunks were kept under too many keys here')
    this.#ways.push(kept)
    this.#slots.push(0)
    return this.#wayOf(kept)
  }

  /** One after another: what is said later of a chunk is on the disk later. */
  #write(writes: readonly StoreWrite<string, unknown>[]): Promise<void> {
    const writing = this.#writing.then(() => this.#writeNow(writes))
    this.#writing = writing.catch(() => undefined)
    return writing
  }

  async #writeNow(writes: readonly StoreWrite<string, unknown>[]): Promise<void> {
    const unsaid = [...this.#unsaid]
    const deletes = unsaid.map((key) => ({ type: 'del', key }) as const)
    await this.#store.batch([...deletes, ...writes], { sync: true })
    for (const key of unsaid) this.#unsaid.delete(key)
  }

  async #own(owner: string): Promise<void> {
    const found = await this.#store.get('owner')
    if (found === owner) return
    if (found !== undefined) {
      throw storageError(
        'E_STORE',
        'these chunks are of another network, or of an earlier version; they are left as they are',
      )
    }
    await this.#store.put('owner', owner, { sync: true })
  }

  async #load(): Promise<void> {
    for await (const [key, value] of this.#store.entries({ gte: 'way:', lt: 'way;' })) {
      const [way, parsed] = [readWayKey(key), waySchema.safeParse(value)]
      if (way === null || !parsed.success) throw damaged()
      // A number whose write failed names nothing.
      while (this.#ways.length <= way) this.#slots[this.#ways.push('') - 1] = 0
      this.#ways[way] = parsed.data
    }
    for await (const [key, value] of this.#store.entries({ gte: 'blob:', lt: 'blob;' })) {
      const id = key.slice('blob:'.length)
      const parsed = blobSchema.safeParse(value)
      if (!parsed.success) throw damaged()
      this.#blobs.set(id, { ...newEntry(id, parsed.data.length), ...parsed.data })
    }
    for await (const [key, value] of this.#store.entries({ gte: 'chunk:', lt: 'chunk;' })) {
      const [, id = '', number = ''] = key.split(':')
      const [blob, chunk, slot] = [this.#blobs.get(id), Number.parseInt(number, 16), readChunkValue(value)]
      if (blob === undefined) continue
      if (slot === null || !this.#ways[slot.way] || !(chunk < blob.ways.length)) throw damaged()
      blob.held.add(chunk)
      blob.sums.set(slot.sum, chunk * SUM_BYTES)
      blob.ways[chunk] = slot.way
      this.#count(slot.way, 1)
    }
    for (const level of SCRUB_LEVELS) {
      const value = await this.#store.get(`scrub:${level}`)
      this.#scrubs[level] = scrubSchema
        .nullable()
        .catch(null)
        .parse(value ?? null)
    }
    this.#turn = count.catch(0).parse(await this.#store.get('scrub-turn'))
  }
}

function newEntry(id: string, length: number): Entry {
  const { chunks } = blobShape(length)
  const [sums, ways] = [new Uint8Array(chunks * SUM_BYTES), new Uint8Array(chunks)]
  return { id, root: '', length, height: 0, state: 'fetching', held: new Set(), lost: new Set(), sums, ways }
}

function damaged(): Error {
  return storageError('E_STORE', 'an entry of the replica’s index is damaged')
}
