import { concatBytes } from '../../../src/lib/index.ts'
import { UNIT_BYTES, UNITS_A_CHUNK } from '../../blob/shape.ts'
import type { GivenPiece } from '../../reading/source.ts'

const ROOT_BYTES = 32

/** A chunk with what proves it and its units: all that is needed to give it to others. */
export interface ProvedChunk {
  readonly bytes: Uint8Array
  /** From the chunk to the blob's root. */
  readonly path: Uint8Array
  /** Roots of its sixteen units, 32 bytes each. */
  readonly unitRoots: Uint8Array
}

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
  return { path: unitPath(chunk, at), bytes: chunk.bytes.subarray(at * UNIT_BYTES, (at + 1) * UNIT_BYTES) }
}

/** The path of the unit at a place in its chunk: its siblings there, then the chunk's own path. */
export function unitPath({ path, unitRoots }: Pick<ProvedChunk, 'path' | 'unitRoots'>, at: number): Uint8Array {
  return concatBytes(unitRoots.subarray(0, at * ROOT_BYTES), unitRoots.subarray((at + 1) * ROOT_BYTES), path)
}
