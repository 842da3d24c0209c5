import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Result } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { BuildReject } from '../manifest/build.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { StorageParams } from '../params.ts'
import { burnFor } from '../records/burn.ts'
import { buildContent, eachBlob } from './build-content.ts'
import { FileStore } from './file-store.ts'
import type { FolderReject } from './folder.ts'

/** A blob that content would be. */
export interface MeasuredBlob {
  /** 32 bytes, little-endian. */
  readonly id: Uint8Array
  readonly length: number
  readonly chunks: number
}

/** What storing content would take. */
export interface Measured {
  readonly manifest: Manifest
  /** Each once, the manifest's as the last: each takes a record of its own. */
  readonly blobs: readonly MeasuredBlob[]
  readonly chunks: number
  /** Satoshis to be burned in a block of that height. */
  readonly burn: bigint
}

export interface MeasureOptions {
  readonly kernel: StorageKernel
  readonly params: StorageParams
  /** Of the block whose price is told. */
  readonly height: number
  readonly signal?: AbortSignal | undefined
  /** How far it is: of two readings of all. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined
}

/** Makes blobs and manifest of a file or folder as storing it would, and keeps nothing of them. */
export async function measure(
  path: string,
  { kernel, params, height, signal, onProgress }: MeasureOptions,
): Promise<Result<Measured, BuildReject | FolderReject>> {
  const scratch = await mkdtemp(join(tmpdir(), 'wsc-put-'))
  let store: FileStore | null = null
  try {
    const built = await buildContent(path, {
      ...{ kernel, params, signal, onProgress },
      // One after another: each takes the place of the one before.
      async storeFor() {
        store ??= await FileStore.open(join(scratch, 'blob'))
        return store
      },
    })
    if (!built.ok) return built
    const { once, chunks } = eachBlob(built)
    const blobs = once.map(({ blob: { id, length, shape } }) => ({ id, length, chunks: shape.chunks }))
    return { ok: true, manifest: built.manifest, blobs, chunks, burn: burnFor(params, chunks, height) }
  } finally {
    await (store as FileStore | null)?.close()
    await rm(scratch, { recursive: true, force: true })
  }
}
