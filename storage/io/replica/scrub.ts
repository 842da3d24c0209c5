import { equalBytes, hexToBytes, throwIfAborted } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { CODING } from '../../blob/shape.ts'
import { verifyChunk } from '../../blob/verify.ts'
import type { StorageParams } from '../../params.ts'
import { rawKeeping } from '../../replica/keeping.ts'
import { ChunkStore } from './chunk-store.ts'

/**
 * How thoroughly a store is looked through: checksums of the chunks of blobs that came last (`recent`); of every 64th chunk,
 * others each time (`cheap`); of all, and each compared with its blob's root as well (`full`).
 */
export const SCRUB_LEVELS = ['recent', 'cheap', 'full'] as const
export type ScrubLevel = (typeof SCRUB_LEVELS)[number]

const RECENT_BLOBS = 8
const CHEAP_EVERY = 64

export interface ScrubOptions {
  readonly level: ScrubLevel
  /** Which of 64 parts a `cheap` one looks at, counted up by the caller. */
  readonly turn?: number | undefined
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

export async function scrub(kernel: StorageKernel, store: ChunkStore, options: ScrubOptions): Promise<ScrubCounts> {
  const { level, turn = 0, signal, onProgress } = options
  const all = store.blobs().filter(({ state }) => state !== 'wrong-parity')
  const blobs = level === 'recent' ? all.sort((a, b) => b.height - a.height).slice(0, RECENT_BLOBS) : all
  const places = blobs.flatMap((blob) => [...blob.held].sort((a, b) => a - b).map((chunk) => ({ blob, chunk })))
  const picked = level === 'cheap' ? places.filter((_, i) => i % CHEAP_EVERY === turn % CHEAP_EVERY) : places
  let broken = 0
  for (const [i, { blob, chunk: index }] of picked.entries()) {
    throwIfAborted(signal)
    onProgress?.(i, picked.length)
    const chunk = await store.get(blob.id, index)
    if (chunk === null) {
      broken++
      continue
    }
    if (level !== 'full') continue
    const content = { root: hexToBytes(blob.root), length: blob.length, coding: CODING }
    const verified = await verifyChunk(kernel, content, { index, ...chunk })
    if (verified.ok && equalBytes(await kernel.unitRoots(chunk.bytes), chunk.unitRoots)) continue
    broken++
    await store.dropChunk(blob.id, index)
  }
  onProgress?.(picked.length, picked.length)
  const missing = all.reduce((total, blob) => total + store.missing(blob).length, 0)
  return { level, blobs: blobs.length, chunks: picked.length, broken, missing }
}

/** Scrubs the chunks in a folder that no other process uses. Throws E_LOCKED where one does. */
export async function scrubReplica(
  options: ScrubOptions & {
    readonly kernel: StorageKernel
    readonly params: StorageParams
    readonly folder: string
  },
): Promise<ScrubCounts> {
  const store = await ChunkStore.open({ folder: options.folder, params: options.params, keeping: rawKeeping })
  try {
    return await scrub(options.kernel, store, options)
  } finally {
    await store.close()
  }
}
