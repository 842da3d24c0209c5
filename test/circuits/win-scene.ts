import { FIELD_MODULUS as P } from '../../src/bus/index.ts'
import { winInput } from '../../storage/sampling/win-input.ts'
import { someBytes } from '../storage/bytes.ts'
import { attempt, FILL, type Tried, type WinScene, winScene } from '../storage/encoded-partition.ts'
import { kernel } from '../storage/kernels.ts'
import type { WinSignals } from './model/storage/win.ts'
import { modelInput } from './storage-circuit.ts'

/** A threshold below which every ticket is. */
export const ALL = 2n ** 128n
/** Below this an element has a second reading in 254 bits. */
export const TWICE = 2n ** 254n - P

export const signalsOf = ({ statement, units }: Tried): WinSignals =>
  modelInput<WinSignals>(winInput(kernel, statement, units))

/** A provider, and one of its tries that every lie has room in: see `roomy`. */
export interface ForgedScene {
  readonly scene: WinScene
  readonly tried: Tried
  readonly honest: WinSignals
}

export async function forgedScene(): Promise<ForgedScene> {
  const scene = await winScene()
  for (let seed = 0; ; seed++) {
    const tried = attempt(scene, someBytes(32, 1_000 + seed), seed % FILL, ALL)
    if (roomy(tried)) return { scene, tried, honest: signalsOf(tried) }
  }
}

/**
 * Both draws and the ticket have a second reading; the units are of two blobs, the second in a later chunk of a blob of
 * several, and neither the first nor the last of its chunk.
 */
function roomy({ betas, ticket, units: [one, two] }: Tried): boolean {
  const inside = two.unit % 16 > 0 && two.unit % 16 < 15 && two.unit > 16
  return [...betas, ticket].every((value) => value < TWICE) && one.entry.id !== two.entry.id && inside
}
