import { concatBytes } from '../../../src/lib/index.ts'
import { UNIT_BYTES, UNITS_A_CHUNK } from '../../blob/shape.ts'
import type { GivenPiece } from '../../reading/source.ts'
import type { ProvedChunk } from './chunk-store.ts'

const ROOT_BYTES = 32

/** A chunk, or a unit out of its chunk, with its path; null where the chunk is not at hand. */
export async function pieceOf(
  chunkAt: (chunk: number) => Promise<ProvedChunk | null>,
  kind: 'chunk' | 'unit',
  index: number,
): Promise<GivenPiece | null> {
  if (kind === 'chunk') return await chunkAt(index)
  const chunk = await chunkAt(Math.floor(index / UNITS_A_CHUNK))
  if (chunk === null) return null
  const at = index % UNITS_A_CHUNK
  // Its siblings in the chunk, then the chunk's own path.
  const siblings = [chunk.unitRoots.subarray(0, at * ROOT_BYTES), chunk.unitRoots.subarray((at + 1) * ROOT_BYTES)]
  return {
    path: concatBytes(...siblings, chunk.path),
    bytes: chunk.bytes.subarray(at * UNIT_BYTES, (at + 1) * UNIT_BYTES),
  }
}
