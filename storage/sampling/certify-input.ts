import { decodeField } from '../../src/bus/index.ts'
import type { CircuitInput, StorageKernel } from '../../src/proving/index.ts'
import { type OpenedUnit, openedUnitInput } from './opened-unit.ts'

/** Samples that one step of a certificate opens. */
export const SAMPLES_A_STEP = 6

/**
 * Inputs of one step of a certificate.
 *
 * @param state before it: base, root, units of data and parity, seed, number of the next sample; 160 bytes
 * @param units those that the six samples draw, in order
 */
export function certifyInput(
  kernel: Pick<StorageKernel, 'treeNodes'>,
  state: Uint8Array,
  units: readonly OpenedUnit[],
): CircuitInput {
  const elements = decodeField(state)
  if (elements?.length !== 5) throw new RangeError('a state is five canonical elements')
  if (units.length !== SAMPLES_A_STEP) throw new RangeError(`a step opens ${SAMPLES_A_STEP} units`)
  const opened = units.map((unit) => openedUnitInput(kernel, unit))
  return {
    state: elements,
    encoded: opened.map(({ encoded }) => encoded),
    children: opened.map(({ children }) => children),
  }
}
