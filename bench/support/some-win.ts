import type { CircuitInput } from '../../src/proving/index.ts'
import { winInput } from '../../storage/sampling/win-input.ts'
import { attempt, winScene } from '../../test/storage/encoded-partition.ts'
import { kernel } from '../../test/storage/kernels.ts'

/** Inputs of a try as it is in a partition of three small blobs; below a threshold that every ticket is below. */
export async function someWin(): Promise<CircuitInput> {
  const scene = await winScene()
  const { statement, units } = attempt(scene, new Uint8Array(32), 0, 2n ** 128n)
  return winInput(kernel, statement, units)
}
