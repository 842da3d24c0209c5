import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { networkHash } from '../../../src/bitcoin/index.ts'
import { bytesToHex, hash256, hexToBytes } from '../../../src/lib/index.ts'
import { type LevelStore, openJsonStore } from '../../../src/lib/io/index.ts'
import { MAX_BLOB_BYTES } from '../../blob/shape.ts'
import { type StorageErrorCode, storageError } from '../../errors.ts'
import type { StorageParams } from '../../params.ts'

const FORMAT = 1

const blobSchema = z.strictObject({
  root: hash256,
  length: z.int().min(1).max(MAX_BLOB_BYTES),
  /** Of the block that its record was in when it was first wanted. */
  height: z.int().min(0).max(0xffff_ffff),
  state: z.enum(['fetching', 'whole', 'wrong-parity']),
})

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
}

/** Which chunks are on the disk, with the checksum of each. Which there are is in memory as well, a few bytes a chunk. */
export class ChunkIndex {
  readonly #store: LevelStore<string, unknown>
  readonly #blobs = new Map<string, Entry>()

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
      codes: { locked: 'E_LOCKED', full: 'E_STORE', damaged: 'E_STORE', failed: 'E_STORE' },
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

  blobs(): readonly KeptBlob[] {
    return [...this.#blobs.values()]
  }

  blob(id: string): KeptBlob | null {
    return this.#blobs.get(id) ?? null
  }

  async setBlob({ id, root, length, height, state }: Omit<KeptBlob, 'held'>): Promise<void> {
    await this.#store.put(`blob:${id}`, { root, length, height, state }, { sync: true })
    const held = this.#blobs.get(id)?.held ?? new Set()
    this.#blobs.set(id, { id, root, length, height, state, held })
  }

  async dropBlob(id: string): Promise<void> {
    const blob = this.#blobs.get(id)
    if (blob === undefined) return
    this.#blobs.delete(id)
    const writes = [...blob.held].map((chunk) => ({ type: 'del', key: chunkKey(id, chunk) }) as const)
    await this.#store.batch([{ type: 'del', key: `blob:${id}` }, ...writes], { sync: true })
  }

  async setChunk(id: string, chunk: number, sum: string): Promise<void> {
    const blob = this.#blobs.get(id)
    // Dropped meanwhile: its bytes are let go with the file.
    if (blob === undefined) return
    await this.#store.put(chunkKey(id, chunk), sum, { sync: true })
    blob.held.add(chunk)
  }

  async dropChunk(id: string, chunk: number): Promise<void> {
    this.#blobs.get(id)?.held.delete(chunk)
    await this.#store.del(chunkKey(id, chunk), { sync: true })
  }

  /** SHA-256 of a slot; null where it is not here. */
  async sum(id: string, chunk: number): Promise<Uint8Array | null> {
    const parsed = hash256.safeParse(await this.#store.get(chunkKey(id, chunk)))
    return parsed.success ? hexToBytes(parsed.data) : null
  }

  async close(): Promise<void> {
    await this.#store.close()
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
      if (!parsed.success) throw storageError('E_STORE', 'an entry of the replica’s index is damaged')
      this.#blobs.set(id, { id, ...parsed.data, held: new Set() })
    }
    for await (const key of this.#store.keys({ gte: 'chunk:', lt: 'chunk;' })) {
      const [, id = '', chunk = ''] = key.split(':')
      this.#blobs.get(id)?.held.add(Number.parseInt(chunk, 16))
    }
  }
}

function chunkKey(id: string, chunk: number): string {
  return `chunk:${id}:${chunk.toString(16).padStart(4, '0')}`
}
