import { encodeField, FIELD_BYTES } from '../../../src/bus/index.ts'
import { bytesToHex, equalBytes, hexToBytes } from '../../../src/lib/index.ts'
import type { MaskKernel, StorageKernel } from '../../../src/proving/index.ts'
import { UNIT_BYTES, UNITS_A_CHUNK } from '../../blob/shape.ts'
import { rootOver } from '../../blob/tree.ts'
import { type Drawing, drawnUnits, type StepState } from '../../certificate/statement.ts'
import type { EncodedUnits } from '../../replica/encoded-units.ts'
import type { OpenedUnit } from '../../sampling/opened-unit.ts'

const SIBLINGS_BYTES = (UNITS_A_CHUNK - 1) * FIELD_BYTES

export interface DrawnFrom {
  readonly kernel: StorageKernel
  readonly mask: Pick<MaskKernel, 'unmaskUnits'>
  readonly units: Pick<EncodedUnits, 'provedEncodedUnit'>
}

/** The units that a drawing draws, as they are kept, one for each sample; null where one is not here as it should be. */
export async function readDrawnUnits(
  { kernel, mask, units }: DrawnFrom,
  { blob, key }: Drawing,
  start: StepState,
): Promise<OpenedUnit[] | null> {
  const drawn = drawnUnits(kernel, start)
  const opened = new Map<number, OpenedUnit>()
  for (const unit of new Set(drawn)) {
    const kept = await units.provedEncodedUnit(bytesToHex(key), blob.id, unit)
    if (kept === null) return null
    const decoded = await mask.unmaskUnits(encodeField([start.base]), Uint32Array.of(unit), kept.encoded, false)
    if (decoded.at(-1) !== 1) return null
    const root = await kernel.unitRoots(decoded.subarray(0, UNIT_BYTES))
    if (!equalBytes(rootOver(kernel, root, unit, kept.path), hexToBytes(blob.root))) return null
    // What a replica keeps of a chunk: the roots of its units, and the path above it.
    const place = (unit % UNITS_A_CHUNK) * FIELD_BYTES
    const unitRoots = new Uint8Array(UNITS_A_CHUNK * FIELD_BYTES)
    unitRoots.set(kept.path.subarray(0, place))
    unitRoots.set(root, place)
    unitRoots.set(kept.path.subarray(place, SIBLINGS_BYTES), place + FIELD_BYTES)
    opened.set(unit, { unit, encoded: kept.encoded, unitRoots, chunkPath: kept.path.subarray(SIBLINGS_BYTES) })
  }
  return drawn.map((unit) => opened.get(unit) as OpenedUnit)
}
