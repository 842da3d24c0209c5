import type { MaskKernel } from '../../../src/proving/index.ts'
import { UNIT_BYTES } from '../../blob/shape.ts'

/** So many are encoded side by side where the processor can. */
const BATCH = 8

/**
 * Core-seconds that encoding one unit takes on this machine, by the faster of two batches on one core, of which the first finds
 * nothing in the caches: 8 ms each in AVX-512 IFMA, some 50 ms elsewhere. A busy machine looks slower than it is, and then the
 * pinned cost counts.
 */
export async function measureUnitCost(
  mask: Pick<MaskKernel, 'maskUnits'>,
  clock: () => number = () => performance.now(),
): Promise<number> {
  const base = new Uint8Array(32)
  const numbers = Uint32Array.from({ length: BATCH }, (_, number) => number)
  // What is encoded does not matter: zeros are ordinary data.
  const units = new Uint8Array(BATCH * UNIT_BYTES)
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 2; i++) {
    const began = clock()
    await mask.maskUnits(base, numbers, units, false)
    least = Math.min(least, clock() - began)
  }
  return least / 1_000 / BATCH
}
