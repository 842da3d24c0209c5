import { decodeField, FIELD_BYTES } from '../../src/bus/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { CHUNK_PATH_BYTES, CHUNK_TAGS, chunkRoot, climb } from '../blob/tree.ts'
import { ENCODED_UNIT_BYTES } from '../replica/encoded-keeping.ts'

/** Bytes of the roots of a chunk's units. */
const ROOTS_BYTES = 16 * FIELD_BYTES

/** A unit as its provider keeps it, with what leads from it to its blob's root. */
export interface OpenedUnit {
  /** Of its number in the blob. */
  readonly unit: number
  /** Under the provider's mask: 256 canonical elements. */
  readonly encoded: Uint8Array
  /** Roots of the sixteen units of its chunk, 32 bytes each. */
  readonly unitRoots: Uint8Array
  /** From the chunk to the root, as a replica keeps it. */
  readonly chunkPath: Uint8Array
}

/**
 * What the circuits take of an opened unit: its elements and the children of the four nodes above it. Bytes that are no
 * opening of anything are a bug of the caller: RangeError. Whether they are one of this blob the circuit proves.
 */
export function openedUnitInput(
  kernel: Pick<StorageKernel, 'treeNodes'>,
  { unit, encoded, unitRoots, chunkPath }: OpenedUnit,
): { readonly encoded: readonly bigint[]; readonly children: readonly (readonly bigint[])[] } {
  const chunk = Math.floor(unit / 16)
  const roots = elements(unitRoots, ROOTS_BYTES)
  elements(chunkPath, CHUNK_PATH_BYTES)
  const { groups } = climb(kernel, CHUNK_TAGS, chunkRoot(kernel, unitRoots), chunk, chunkPath)
  return {
    encoded: elements(encoded, ENCODED_UNIT_BYTES),
    children: [roots, ...groups.map((group) => elements(group, ROOTS_BYTES))],
  }
}

/** Canonical elements from exactly so many bytes. */
export function elements(bytes: Uint8Array, length: number): bigint[] {
  const decoded = bytes.length === length ? decodeField(bytes) : null
  if (decoded === null)
    throw new RangeError(`${length / FIELD_BYTES} canonical elements, not these ${bytes.length} bytes`)
  return decoded
}
