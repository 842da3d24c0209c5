import type { PlaceSource } from '../attestation/attestor.ts'
import type { AttestedChain } from '../attestation/check.ts'
import { BusError } from '../errors.ts'
import type { History } from './history.ts'

/**
 * A history as the source of places in a proved chain. Throws E_SOURCE where it is not the history that the proof
 * commits to: its headers are then of another chain.
 */
export async function provedPlaces(history: History, chain: AttestedChain): Promise<PlaceSource> {
  if ((await history.commitment(chain.height)) !== chain.accumulator) {
    const cure = 'make a proof of this chain, or give the headers of that one'
    throw new BusError(
      'E_SOURCE',
      `these headers are not those that the proof of height ${chain.height} commits to; ${cure}`,
    )
  }
  const within = (height: number) => height >= history.start.height && height <= chain.height
  return {
    place: async (height) => ({
      tipHeight: chain.height,
      height,
      path: await history.path(height, chain.height),
    }),
    hashAt: async (height) => (within(height) ? await history.hashAt(height) : null),
  }
}
