import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesToHex, type Result } from '../../../src/lib/index.ts'
import { ioError } from '../../../src/lib/io/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import type { EncodedBlob } from '../../blob/encode.ts'
import { CHUNK_BYTES, UNITS_A_CHUNK } from '../../blob/shape.ts'
import { BlobTree } from '../../blob/tree.ts'
import type { BuildReject } from '../../manifest/build.ts'
import type { StorageParams } from '../../params.ts'
import { buildContent, eachBlob } from '../build-content.ts'
import { FileStore } from '../file-store.ts'
import type { FolderReject } from '../folder.ts'
import type { ProvedChunk } from '../replica/piece-of.ts'

/** A blob that is ready to be given to others. */
export interface ReadyBlob {
  /** 64 hex digits. */
  readonly id: string
  readonly blob: EncodedBlob
  readonly file: string
}

/** Content as blobs, in files. */
export interface EncodedContent {
  /** Of the manifest: the id of all of it, 64 hex digits. */
  readonly id: string
  /** Bytes of the files. */
  readonly bytes: number
  readonly files: number
  /** Each once; the manifest's is the last. */
  readonly blobs: readonly ReadyBlob[]
  /** Positions of the table that all of them take. */
  readonly chunks: number
}

export interface EncodeContentOptions {
  readonly kernel: StorageKernel
  readonly params: StorageParams
  /** Where blobs are written. */
  readonly folder: string
  readonly signal?: AbortSignal | undefined
  /** How far it is: of two readings of all. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined
}

/** Encodes a file or a folder into a folder of blobs, named by the id of all of it; the same content gives the same. */
export async function encodeContent(
  path: string,
  options: EncodeContentOptions,
): Promise<Result<{ readonly content: EncodedContent }, FolderReject | BuildReject>> {
  const { kernel, params, folder, signal, onProgress } = options
  const building = await newBuilding(folder)
  const open: FileStore[] = []
  try {
    const built = await buildContent(path, {
      ...{ kernel, params, signal, onProgress },
      storeFor: async (number) => {
        const store = await FileStore.open(join(building, `${number}.blob`))
        open.push(store)
        return store
      },
      onBlob: async () => {
        const store = open.pop()
        await store?.sync()
        await store?.close()
      },
    })
    if (!built.ok) return built
    const id = bytesToHex(built.root.id)
    const place = join(folder, id)
    await rm(place, { recursive: true, force: true })
    await rename(building, place)
    const { once, chunks } = eachBlob(built)
    const blobs = once.map(({ blob, number }) => {
      return { id: bytesToHex(blob.id), blob, file: join(place, `${number}.blob`) }
    })
    const bytes = built.manifest.files.reduce((total, { size }) => total + size, 0)
    return { ok: true, content: { id, bytes, files: built.manifest.files.length, blobs, chunks } }
  } finally {
    for (const store of open) await store.close()
    await rm(building, { recursive: true, force: true })
  }
}

/** Chunks with their paths out of such a file. */
export class ReadyChunks {
  readonly #blob: EncodedBlob
  readonly #file: string
  readonly #tree: BlobTree

  constructor(kernel: StorageKernel, { blob, file }: ReadyBlob) {
    this.#blob = blob
    this.#file = file
    this.#tree = new BlobTree(kernel, blob.unitRoots)
  }

  /** Null where there is no such chunk. */
  async chunk(number: number): Promise<ProvedChunk | null> {
    const { shape, unitRoots } = this.#blob
    if (number >= shape.chunks) return null
    const file = await FileStore.open(this.#file)
    try {
      const bytes = await file.read(number * CHUNK_BYTES, CHUNK_BYTES)
      const rootsBytes = UNITS_A_CHUNK * 32
      const roots = unitRoots.subarray(number * rootsBytes, (number + 1) * rootsBytes)
      return { bytes, path: this.#tree.chunkPath(number), unitRoots: roots }
    } finally {
      await file.close()
    }
  }
}

/** Whoever encodes into a folder has it alone: what one that was killed has left there is nobody's. */
async function newBuilding(folder: string): Promise<string> {
  const building = join(folder, 'building')
  try {
    await rm(building, { recursive: true, force: true })
    await mkdir(building, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw ioError(cause, folder)
  }
  return building
}
