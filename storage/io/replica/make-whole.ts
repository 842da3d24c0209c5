import { hexToBytes } from '../../../src/lib/index.ts'
import { completeBlob, type EncodedBlob } from '../../blob/encode.ts'
import { restoreBlob } from '../../blob/restore.ts'
import { blobShape, CHUNK_BYTES, CODING, UNIT_BYTES, UNITS_A_CHUNK } from '../../blob/shape.ts'
import { BlobTree } from '../../blob/tree.ts'
import type { FileStore } from '../file-store.ts'
import type { FetchComponents, PieceSeeker } from './piece-seeker.ts'
import { seekUnits } from './seek-units.ts'
import type { WantedBlob } from './wanted-blob.ts'

/** What became of a blob: all of it is here and right; too little of it is to be had; its parity is none of its data. */
export type Wholeness = 'whole' | 'incomplete' | 'wrong-parity'

export interface WholeComponents extends FetchComponents {
  /** Does one piece of work at a time: coding takes all cores, and memory. */
  alone<Value>(work: () => Promise<Value>): Promise<Value>
}

/**
 * Judges a blob of which all chunks are here, by making its parity and tree anew from its data; where chunks are missing,
 * makes them from two thirds of its units, of which peers may give some one by one.
 */
export async function makeWhole(
  components: WholeComponents,
  wanted: WantedBlob,
  seeker: PieceSeeker,
  signal: AbortSignal,
): Promise<Wholeness> {
  const { store, kernel, alone } = components
  const { dataUnits, units } = blobShape(wanted.length)
  return await store.scratch(wanted.id, async (file) => {
    const has = new Set<number>()
    const roots = new Uint8Array(units * 32)
    await copyHeld(components, wanted, file, has, roots)
    const known = new Set(has)
    // Read anew, for a chunk that turned out to be damaged is missing as well.
    const missing = store.missing(wanted)
    await seekUnits(seeker, wanted, missing, has, (unit, bytes) => file.write(unit * UNIT_BYTES, bytes))
    if (has.size < dataUnits) return 'incomplete'
    const content = { root: hexToBytes(wanted.root), length: wanted.length, coding: CODING }
    // They were hashed when they came, and are as they were by their checksums.
    const rootOf = (unit: number) => (known.has(unit) ? roots.subarray(unit * 32, (unit + 1) * 32) : null)
    const options = { signal, known: rootOf }
    const made = await alone(() =>
      missing.length === 0
        ? completeBlob(kernel, file, content, options)
        : restoreBlob(kernel, file, content, (unit) => has.has(unit), options),
    )
    if (!made.ok) return made.reject === 'another-blob' ? 'wrong-parity' : 'incomplete'
    await keepMissing(components, wanted, made.blob, file, missing)
    return 'whole'
  })
}

/** Writes all units that are here, and what they hash to, to their places; what is damaged is left out, and here no longer. */
async function copyHeld(
  { store }: FetchComponents,
  { id, length }: WantedBlob,
  file: FileStore,
  has: Set<number>,
  roots: Uint8Array,
): Promise<void> {
  const { dataUnits, parityUnits, chunks } = blobShape(length)
  for (let chunk = 0; chunk < chunks; chunk++) {
    const held = await store.get(id, chunk)
    if (held === null) continue
    await file.write(chunk * CHUNK_BYTES, held.bytes)
    roots.set(held.unitRoots, chunk * UNITS_A_CHUNK * 32)
    const end = Math.min((chunk + 1) * UNITS_A_CHUNK, dataUnits + parityUnits)
    for (let unit = chunk * UNITS_A_CHUNK; unit < end; unit++) has.add(unit)
  }
}

async function keepMissing(
  { store, kernel }: FetchComponents,
  { id }: WantedBlob,
  { unitRoots }: EncodedBlob,
  file: FileStore,
  missing: readonly number[],
): Promise<void> {
  if (missing.length === 0) return
  const tree = new BlobTree(kernel, unitRoots)
  const rootsBytes = UNITS_A_CHUNK * 32
  for (const chunk of missing) {
    const bytes = await file.read(chunk * CHUNK_BYTES, CHUNK_BYTES)
    const roots = unitRoots.slice(chunk * rootsBytes, (chunk + 1) * rootsBytes)
    await store.put(id, chunk, { bytes, path: tree.chunkPath(chunk), unitRoots: roots })
  }
}
