import type { Result } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { EncodedBlob } from '../blob/encode.ts'
import { longestBlob } from '../blob/shape.ts'
import { type BuildOptions, type BuildReject, type BuiltManifest, buildManifest } from '../manifest/build.ts'
import { partitionPositions, type StorageParams } from '../params.ts'
import { counted, type FolderReject, sourceFiles } from './folder.ts'

export interface BuildContentOptions extends Pick<BuildOptions, 'storeFor' | 'onBlob' | 'signal'> {
  readonly kernel: StorageKernel
  readonly params: StorageParams
  /** How far it is: of two readings of all. */
  onProgress?: ((done: number, of: number) => void) | undefined
}

/** Makes blobs and the manifest of a file or a folder, each blob as long as the network allows. */
export async function buildContent(
  path: string,
  { kernel, params, onProgress, ...options }: BuildContentOptions,
): Promise<Result<BuiltManifest, FolderReject | BuildReject>> {
  const sources = await sourceFiles(path, options.signal)
  if (!sources.ok) return sources
  const files = counted(sources, (done, of) => onProgress?.(done, of))
  return await buildManifest(kernel, files, { ...options, blobBytes: longestBlob(partitionPositions(params)) })
}

/** A blob of content, with its place in the order in which they were made. */
export interface PlacedBlob {
  readonly blob: EncodedBlob
  readonly number: number
}

/** Each blob once, for content that repeats itself may be one twice; the manifest's is the last. With positions of all. */
export function eachBlob({ blobs, root }: BuiltManifest) {
  const byId = new Map<string, PlacedBlob>()
  for (const [number, blob] of [...blobs, root].entries()) byId.set(blob.id.join(), { blob, number })
  const once = [...byId.values()]
  return { once, chunks: once.reduce((total, { blob }) => total + blob.shape.chunks, 0) }
}
