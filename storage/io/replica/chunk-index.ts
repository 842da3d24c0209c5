import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { networkHash } from '../../../src/bitcoin/index.ts'
import { bytesToHex, hash256, hexToBytes } from '../../../src/lib/index.ts'
import { type LevelStore, openJsonStore, type StoreWrite } from '../../../src/lib/io/index.ts'
import { blobShape, MAX_BLOB_BYTES } from '../../blob/shape.ts'
import { type StorageErrorCode, storageError } from '../../errors.ts'
import type { StorageParams } from '../../params.ts'
import { type LastScrub, type LastScrubs, SCRUB_LEVELS, type ScrubLevel } from '../../replica/scrub-levels.ts'

const FORMAT = 1
const SUM_BYTES = 32

const blobSchema = z.strictObject({
  root: hash256,
  length: z.int().min(1).max(MAX_BLOB_BYTES),
  /** Of the block that its record was in when it was first wanted. */
  height: z.int().min(0).max(0xffff_ffff),
  state: z.enum(['fetching', 'whole', 'wrong-parity']),
})

const count = z.int().min(0).max(0xffff_ffff)
const scrubSchema = z.strictObject({ height: count, chunks: count, broken: count })

/** A blob of which chunks are kept. */
export interface KeptBlob extends z.output<typeof blobSchema> {
  /** 64 hex digits. */
  readonly id: string
  /** Chunks that are here. */
  readonly held: ReadonlySet<number>
}

interface Entry extends z.output<typeof blobSchema> {
  readonly id: string
  readonly held: Set<number>
  /** Chunks that were here, and whose bytes still take their room. */
  readonly lost: Set<number>
  /** SHA-256 of each chunk that is here. */
  readonly sums: Uint8Array
}

/**
 * Which chunks are on the disk, with the checksum of each. All of it is in memory as well, some 60 bytes a chunk: what is here
 * is read and given also while the disk takes no write.
 */
export class ChunkIndex {
  readonly #store: LevelStore<string, unknown>
  readonly #blobs = new Map<string, Entry>()
  readonly #scrubs: Record<ScrubLevel, LastScrub | null> = { recent: null, cheap: null, full: null }
  /** Chunks that are here no longer, and that the disk does not know of yet. */
  readonly #unsaid = new Set<string>()
  /** Chunks whose bytes take room, whether they are here or lost. */
  #slots = 0
  #turn = 0
  #writing: Promise<void> = Promise.resolve()

  private constructor(store: LevelStore<string, unknown>) {
    this.#store = store
  }

  /** Throws E_LOCKED where another process has it, E_STORE where it cannot be used, or is of another network or keeping. */
  static async open(folder: string, params: StorageParams, keeping: string): Promise<ChunkIndex> {
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
      await index.#own(JSON.stringify({ format: FORMAT, network: bytesToHex(networkHash(params.network)), keeping }))
      await index.#load()
      return index
    } catch (error) {
      await store.close()
      throw error
    }
  }

  /** Chunks that take room on the disk. */
  get slots(): number {
    return this.#slots
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
    this.#slots -= blob.held.size + blob.lost.size
  }

  /** @param sum SHA-256 of the slot */
  async setChunk(id: string, chunk: number, sum: Uint8Array): Promise<void> {
    // Dropped meanwhile: its bytes are let go with the file.
    if (!this.#blobs.has(id)) return
    const key = chunkKey(id, chunk)
    await this.#write([{ type: 'put', key, value: bytesToHex(sum) }])
    const blob = this.#blobs.get(id)
    if (blob === undefined) return
    this.#unsaid.delete(key)
    if (!blob.held.has(chunk) && !blob.lost.delete(chunk)) this.#slots++
    blob.held.add(chunk)
    blob.sums.set(sum, chunk * SUM_BYTES)
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

  /** SHA-256 of a slot; null where it is not here. */
  sum(id: string, chunk: number): Uint8Array | null {
    const blob = this.#blobs.get(id)
    return blob?.held.has(chunk) ? blob.sums.slice(chunk * SUM_BYTES, (chunk + 1) * SUM_BYTES) : null
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
        'these chunks are of another network, or kept in another way; they are left as they are',
      )
    }
    await this.#store.put('owner', owner, { sync: true })
  }

  async #load(): Promise<void> {
    for await (const [key, value] of this.#store.entries({ gte: 'blob:', lt: 'blob;' })) {
      const id = key.slice('blob:'.length)
      const parsed = blobSchema.safeParse(value)
      if (!parsed.success) throw damaged()
      this.#blobs.set(id, { ...newEntry(id, parsed.data.length), ...parsed.data })
    }
    for await (const [key, value] of this.#store.entries({ gte: 'chunk:', lt: 'chunk;' })) {
      const [, id = '', number = ''] = key.split(':')
      const [blob, chunk, sum] = [this.#blobs.get(id), Number.parseInt(number, 16), hash256.safeParse(value)]
      if (blob === undefined) continue
      if (!sum.success || !(chunk * SUM_BYTES < blob.sums.length)) throw damaged()
      blob.held.add(chunk)
      blob.sums.set(hexToBytes(sum.data), chunk * SUM_BYTES)
      this.#slots++
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
  const sums = new Uint8Array(blobShape(length).chunks * SUM_BYTES)
  return { id, root: '', length, height: 0, state: 'fetching', held: new Set(), lost: new Set(), sums }
}

function damaged(): Error {
  return storageError('E_STORE', 'an entry of the replica’s index is damaged')
}

function chunkKey(id: string, chunk: number): string {
  return `chunk:${id}:${chunk.toString(16).padStart(4, '0')}`
}
