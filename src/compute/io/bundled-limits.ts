import { stat } from 'node:fs/promises'
import type { R1csCounts } from '../../proving/io/index.ts'
import { computeError } from '../errors.ts'

/** Constraints that a stranger's circuit has at most, and wires: twice and more what the largest graph of this project has. */
const MAX_BUNDLED_SIZE = 1 << 18
/** Bytes of its constraints at most, for one of them may name every wire. */
const MAX_BUNDLED_R1CS = 1 << 28

/**
 * Before keys are made of a stranger's circuit: without limits they would take hours and all memory. Throws E_PROGRAM.
 *
 * @param r1cs the path of the constraints
 */
export async function requireBundledSize({ constraints, wires }: R1csCounts, r1cs: string): Promise<void> {
  const most = MAX_BUNDLED_SIZE.toLocaleString('en')
  if (Math.max(constraints, wires) > MAX_BUNDLED_SIZE) {
    const has = `${constraints.toLocaleString('en')} constraints and ${wires.toLocaleString('en')} wires`
    throw computeError(
      'E_PROGRAM',
      `its circuit has ${has}; of one in a bundle ${most} of each are taken, of a folder of sources any`,
    )
  }
  const { size } = await stat(r1cs)
  if (size <= MAX_BUNDLED_R1CS) return
  const has = `${size.toLocaleString('en')} bytes of constraints`
  const taken = MAX_BUNDLED_R1CS.toLocaleString('en')
  throw computeError(
    'E_PROGRAM',
    `its circuit has ${has}; of one in a bundle ${taken} are taken, of a folder of sources any`,
  )
}
