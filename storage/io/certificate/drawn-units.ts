import { networkHash } from '../../../src/bitcoin/index.ts'
import { type Drawing, drawnUnits, type StepState } from '../../certificate/statement.ts'
import type { OpenedUnit } from '../../sampling/opened-unit.ts'
import { type KeptUnits, openKeptUnit } from '../kept-unit.ts'

/** The units that a drawing draws, as they are kept, one for each sample; null where one is not here as it should be. */
export async function readDrawnUnits(
  from: KeptUnits,
  { network, blob, key }: Drawing,
  start: StepState,
): Promise<OpenedUnit[] | null> {
  const drawn = drawnUnits(from.kernel, start)
  const opened = new Map<number, OpenedUnit>()
  for (const unit of new Set(drawn)) {
    const one = await openKeptUnit(from, { networkHash: networkHash(network), key, blob, unit })
    if (one === null) return null
    opened.set(unit, one)
  }
  return drawn.map((unit) => opened.get(unit) as OpenedUnit)
}
