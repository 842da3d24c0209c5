import { equalBytes, hexToBytes, throwIfAborted } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { openMask } from '../../../src/proving/io/index.ts'
import { CODING } from '../../blob/shape.ts'
import { verifyChunk } from '../../blob/verify.ts'
import type { StorageParams } from '../../params.ts'
import type { ScrubLevel } from '../../replica/scrub-levels.ts'
import type { KeptBlob } from './chunk-index.ts'
import { ChunkStore } from './chunk-store.ts'

const RECENT_BLOBS = 8
const CHEAP_EVERY = 64

export interface ScrubOptions {
  readonly level: ScrubLevel
  readonly signal?: AbortSignal | undefined
  onProgress?(chunks: number, of: number): void
}

/** What a scrub looked at and found; what is broken is missing from then on, to be healed. */
export interface ScrubCounts {
  readonly level: ScrubLevel
  readonly blobs: number
  readonly chunks: number
  readonly broken: number
  /** Of all blobs, before and through this scrub. */
  readonly missing: number
}

/** Looks through what is kept. A disk that cannot be read at a place has that chunk broken; one that is gone is thrown. */
export async function scrub(kernel: StorageKernel, store: ChunkStore, options: ScrubOptions): Promise<ScrubCounts> {
  const { level, signal, onProgress } = options
  const turn = level === 'cheap' ? await store.nextTurn() : 0
  const all = store.blobs().filter(({ state }) => state !== 'wrong-parity')
  const blobs = level === 'recent' ? all.sort((a, b) => b.height - a.height).slice(0, RECENT_BLOBS) : all
  const places = blobs.flatMap((blob) => [...blob.held].sort((a, b) => a - b).map((chunk) => ({ blob, chunk })))
  const picked = level === 'cheap' ? places.filter((_, i) => i % CHEAP_EVERY === turn % CHEAP_EVERY) : places
  let [looked, broken] = [0, 0]
  for (const { blob, chunk } of picked) {
    throwIfAborted(signal)
    onProgress?.(looked, picked.length)
    const found = await look(kernel, store, blob, chunk, level)
    if (found === 'gone') continue
    looked++
    if (found === 'broken') broken++
  }
  onProgress?.(picked.length, picked.length)
  const missing = all.reduce((total, blob) => total + store.missing(blob).length, 0)
  return { level, blobs: blobs.length, chunks: looked, broken, missing }
}

/** `gone` where the blob was let go of meanwhile; a chunk that is not here any more was found broken by somebody else. */
async function look(
  kernel: StorageKernel,
  store: ChunkStore,
  { id, root, length }: KeptBlob,
  index: number,
  level: ScrubLevel,
): Promise<'sound' | 'broken' | 'gone'> {
  const chunk = await store.get(id, index)
  if (chunk === null) return store.blob(id) === null ? 'gone' : 'broken'
  if (level !== 'full') return 'sound'
  const content = { root: hexToBytes(root), length, coding: CODING }
  const verified = await verifyChunk(kernel, content, { index, ...chunk })
  if (verified.ok && equalBytes(verified.unitRoots, chunk.unitRoots)) return 'sound'
  await store.dropChunk(id, index)
  return 'broken'
}

/** Scrubs the chunks in a folder that no other process uses. Throws E_LOCKED where one does. */
export async function scrubReplica(
  options: ScrubOptions & {
    readonly kernel: StorageKernel
    readonly params: StorageParams
    readonly folder: string
  },
): Promise<ScrubCounts> {
  const { folder, params } = options
  const store = await ChunkStore.open({ folder, params, mask: openMask })
  try {
    return await scrub(options.kernel, store, options)
  } finally {
    await store.close()
  }
}
