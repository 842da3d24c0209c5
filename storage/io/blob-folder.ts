import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { bytesToHex, hash256, hexToBytes } from '../../src/lib/index.ts'
import { diskFiles, ioError, writeAtomic } from '../../src/lib/io/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { EncodedBlob } from '../blob/encode.ts'
import type { BlobContent } from '../blob/id.ts'
import { blobShape, CHUNK_BYTES, CODING, MAX_BLOB_BYTES, UNIT_BYTES } from '../blob/shape.ts'
import { BlobTree } from '../blob/tree.ts'
import { storageError } from '../errors.ts'
import type { BlobSource, GivenPiece } from '../reading/source.ts'
import { FileStore } from './file-store.ts'

/** What stands beside the units: content of the blob, and the roots of its units, from which all paths follow. */
const besideSchema = z.strictObject({
  root: hash256,
  length: z.int().min(1).max(MAX_BLOB_BYTES),
  unitRoots: z.string(),
})

/** Blobs whose trees are kept in memory, some 2 MB for the greatest. */
const OPEN_BLOBS = 8

/** Whoever writes a blob still has written to its file within so many milliseconds: a day. */
const ABANDONED_MS = 86_400_000

interface OpenBlob {
  readonly content: BlobContent
  readonly tree: BlobTree
}

/** Whole blobs in a folder: `<id>.units`, and `<id>.json` beside it once all of them are there. */
export class BlobFolder implements BlobSource {
  readonly name: string
  readonly #folder: string
  readonly #kernel: StorageKernel
  readonly #open = new Map<string, Promise<OpenBlob | null>>()
  /** Files that have no id yet. */
  readonly #unnamed = new Map<FileStore, string>()

  constructor(folder: string, kernel: StorageKernel) {
    this.name = folder
    this.#folder = folder
    this.#kernel = kernel
  }

  /**
   * Where the units of a blob are written before it has an id: `keep` gives the file its name, `drop` removes it. Several
   * processes may write into one folder.
   */
  async store(): Promise<FileStore> {
    const path = join(this.#folder, `new-${randomUUID()}.units`)
    const store = await FileStore.open(path)
    this.#unnamed.set(store, path)
    return store
  }

  /** Keeps a blob that was encoded into such a store, which is closed. */
  async keep(blob: EncodedBlob, store: FileStore): Promise<void> {
    const from = this.#unnamed.get(store)
    if (from === undefined) throw new RangeError('a store of another folder, or one that is kept already')
    await store.sync()
    await store.close()
    const id = bytesToHex(blob.id)
    try {
      await diskFiles.rename(from, this.#path(id, 'units'))
    } catch (error) {
      throw ioError(error, from, 'write')
    }
    this.#unnamed.delete(store)
    const beside = { root: bytesToHex(blob.root), length: blob.length, unitRoots: bytesToHex(blob.unitRoots) }
    await writeAtomic(diskFiles, this.#path(id, 'json'), new TextEncoder().encode(JSON.stringify(beside)))
  }

  /** Of a blob that came to nothing; one that is kept stays. */
  async drop(store: FileStore): Promise<void> {
    const path = this.#unnamed.get(store)
    if (path === undefined) return
    this.#unnamed.delete(store)
    await store.close()
    // What cannot be removed now is swept later; why the blob came to nothing is told.
    await rm(path, { force: true }).catch(() => undefined)
  }

  /** Removes what processes that were killed have left of blobs without an id. `now` in milliseconds since 1970. */
  async sweep(now: number): Promise<void> {
    try {
      for (const name of await readdir(this.#folder)) {
        if (!/^new-.*\.units$/.test(name)) continue
        const path = join(this.#folder, name)
        // Another may have given it its name in the meantime.
        const written = await stat(path).catch(() => null)
        if (written !== null && written.mtimeMs + ABANDONED_MS < now) await rm(path, { force: true })
      }
    } catch (error) {
      throw ioError(error, this.#folder)
    }
  }

  async content(id: string): Promise<BlobContent | null> {
    return (await this.#blob(id))?.content ?? null
  }

  chunk(id: string, chunk: number): Promise<GivenPiece | null> {
    return this.#piece(id, chunk, CHUNK_BYTES, (tree) => tree.chunkPath(chunk))
  }

  unit(id: string, unit: number): Promise<GivenPiece | null> {
    return this.#piece(id, unit, UNIT_BYTES, (tree) => tree.unitPath(unit))
  }

  async close(): Promise<void> {
    this.#open.clear()
  }

  async #piece(
    id: string,
    index: number,
    size: number,
    path: (tree: BlobTree) => Uint8Array,
  ): Promise<GivenPiece | null> {
    const blob = await this.#blob(id)
    if (blob === null || (index + 1) * size > blobShape(blob.content.length).units * UNIT_BYTES) return null
    // Opened for this read alone: no other that lets the blob go can close it meanwhile.
    const store = await FileStore.toRead(this.#path(id, 'units'))
    try {
      return { bytes: await store.read(index * size, size), path: path(blob.tree) }
    } finally {
      await store.close()
    }
  }

  async #blob(id: string): Promise<OpenBlob | null> {
    if (!hash256.safeParse(id).success) return null
    const known = this.#open.get(id)
    if (known !== undefined) return await known
    const opening = this.#openBlob(id)
    this.#open.set(id, opening)
    const blob = await opening.catch((error) => {
      this.#open.delete(id)
      throw error
    })
    if (blob === null) this.#open.delete(id)
    const [oldest] = this.#open.keys()
    if (blob !== null && this.#open.size > OPEN_BLOBS && oldest !== undefined && oldest !== id)
      this.#open.delete(oldest)
    return blob
  }

  async #openBlob(id: string): Promise<OpenBlob | null> {
    const path = this.#path(id, 'json')
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw ioError(error, path, 'read')
    })
    if (text === null) return null
    const { root, length, unitRoots } = parsed(path, text)
    const content = { root: hexToBytes(root), length, coding: CODING }
    const tree = new BlobTree(this.#kernel, hexToBytes(unitRoots))
    return { content, tree }
  }

  #path(id: string, ending: 'units' | 'json'): string {
    return join(this.#folder, `${id}.${ending}`)
  }
}

function parsed(path: string, text: string): z.output<typeof besideSchema> {
  try {
    const beside = besideSchema.parse(JSON.parse(text))
    if (beside.unitRoots.length === 64 * blobShape(beside.length).units && /^[0-9a-f]*$/.test(beside.unitRoots)) {
      return beside
    }
  } catch {}
  throw storageError('E_STORE', `${path} is damaged`)
}
