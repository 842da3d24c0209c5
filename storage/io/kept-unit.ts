import { FIELD_BYTES } from '../../src/bus/index.ts'
import { bytesToHex, equalBytes, hexToBytes } from '../../src/lib/index.ts'
import type { MaskKernel, StorageKernel } from '../../src/proving/index.ts'
import { UNITS_A_CHUNK } from '../blob/shape.ts'
import { rootOver } from '../blob/tree.ts'
import { encodedKeeping } from '../replica/encoded-keeping.ts'
import type { EncodedUnits } from '../replica/encoded-units.ts'
import type { OpenedUnit } from '../sampling/opened-unit.ts'

/** Of a unit's path those of the other units of its chunk come first. */
const SIBLINGS_BYTES = (UNITS_A_CHUNK - 1) * FIELD_BYTES

export interface KeptUnits {
  readonly kernel: StorageKernel
  readonly mask: MaskKernel
  readonly units: Pick<EncodedUnits, 'provedEncodedUnit'>
}

/** Which unit, of which blob, encoded under which key on which network. */
export interface KeptUnitPlace {
  readonly networkHash: Uint8Array
  /** X-only, 32 bytes. */
  readonly key: Uint8Array
  /** Id and root, 64 hex digits each. */
  readonly blob: { readonly id: string; readonly root: string }
  readonly unit: number
}

/** A unit as it is kept, with what leads from it to its blob's root; null where it is not here, or does not lead there. */
export async function openKeptUnit(
  { kernel, mask, units }: KeptUnits,
  { networkHash, key, blob, unit }: KeptUnitPlace,
): Promise<OpenedUnit | null> {
  const kept = await units.provedEncodedUnit(bytesToHex(key), blob.id, unit)
  if (kept === null) return null
  const { encoded, path } = kept
  const raw = await encodedKeeping(mask, networkHash, key).give({ id: blob.id, first: unit }, encoded)
  if (raw === null) return null
  const root = await kernel.unitRoots(raw)
  if (!equalBytes(rootOver(kernel, root, unit, path), hexToBytes(blob.root))) return null
  // The path holds the other units' roots alone.
  const at = (unit % UNITS_A_CHUNK) * FIELD_BYTES
  const unitRoots = new Uint8Array(UNITS_A_CHUNK * FIELD_BYTES)
  unitRoots.set(path.subarray(0, at))
  unitRoots.set(root, at)
  unitRoots.set(path.subarray(at, SIBLINGS_BYTES), at + FIELD_BYTES)
  return { unit, encoded, unitRoots, chunkPath: path.subarray(SIBLINGS_BYTES) }
}
