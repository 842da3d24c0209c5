import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Result } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { longestBlob } from '../blob/shape.ts'
import { type BuildReject, buildManifest } from '../manifest/build.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { partitionPositions, type StorageParams } from '../params.ts'
import { burnFor } from '../records/burn.ts'
import { FileStore } from './file-store.ts'
import { counted, type FolderReject, sourceFiles } from './folder.ts'

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
  /** Of content, in order, and then the manifest's: each takes a record of its own. */
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
  onProgress?(done: number, of: number): void
}

/** Makes blobs and manifest of a file or folder as storing it would, and keeps nothing of them. */
export async function measure(
  path: string,
  { kernel, params, height, signal, onProgress }: MeasureOptions,
): Promise<Result<Measured, BuildReject | FolderReject>> {
  const sources = await sourceFiles(path, signal)
  if (!sources.ok) return sources
  const scratch = await mkdtemp(join(tmpdir(), 'wsc-put-'))
  let store: FileStore | null = null
  try {
    const built = await buildManifest(
      kernel,
      counted(sources, (done, of) => onProgress?.(done, of)),
      {
        blobBytes: longestBlob(partitionPositions(params)),
        signal,
        // One after another: each takes the place of the one before.
        async storeFor() {
          store ??= await FileStore.open(join(scratch, 'blob'))
          return store
        },
      },
    )
    if (!built.ok) return built
    const blobs = [...built.blobs, built.root].map(({ id, length, shape }) => ({ id, length, chunks: shape.chunks }))
    const chunks = blobs.reduce((total, blob) => total + blob.chunks, 0)
    return { ok: true, manifest: built.manifest, blobs, chunks, burn: burnFor(params, chunks, height) }
  } finally {
    await (store as FileStore | null)?.close()
    await rm(scratch, { recursive: true, force: true })
  }
}
