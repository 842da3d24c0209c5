import { isLocal, type StorageParams } from '../params.ts'

/**
 * What encoding one unit takes, measured or published; to be measured again every year. A claim rests on the cheapest that
 * anybody may have, not on what the machine at hand needs.
 */
export const UNIT_COSTS = {
  /** Core-seconds: one core of a Sapphire Rapids Xeon, eight units at once in AVX-512 IFMA. */
  core: 0.99e-3,
  /** Seconds of a graphics card: 39·10⁹ multiplications a second on an RTX 3090 Ti (ICICLE's pull request 289). */
  card: 1 / 120_000,
} as const

/**
 * Encodings for what one replica wins, a try of a full partition, at the least. A try that is answered takes one and more: its second
 * unit, and its part of a first one that serves several tries; who chooses among the tries of ever more keys brings that part
 * down to nothing. And who spreads his answers over many keys wins by each of them, where a replica's tries win once a block:
 * full, 12·ln(12/11) = 1.044 times less often than they win one by one.
 */
const UNITS_A_TRY = 1 / (12 * Math.log(12 / 11))

/** Encodings for one replica and one tick, by a liar who keeps a raw copy and encodes only what is asked. */
export interface CostToFake {
  readonly units: number
  readonly coreSeconds: number
  readonly cardSeconds: number
  /** Core-seconds a unit that `coreSeconds` is by: pinned, or of the machine at hand where that is less. */
  readonly unitSeconds: number
}

/** The same on a network. */
export interface CostOnNetwork extends CostToFake {
  /** Where partitions are small and blocks cost nothing, anybody passes for any number of replicas. */
  readonly isFree: boolean
}

export function costOnNetwork({ network }: StorageParams, fill: number, ownUnit?: number): CostOnNetwork {
  return { ...costToFake(fill, ownUnit), isFree: isLocal(network) }
}

/**
 * What it takes to pass for one replica for one tick by answering tries, chosen among those of many keys. To stream the partition
 * twice for all challenges that are open costs more: 1.8 encodings a try, and 10.7 where units are not chosen.
 *
 * @param fill used positions of the partition, which are also the tries of a tick; on average, for several ticks
 * @param ownUnit core-seconds a unit on the machine at hand, where known: counts if it is cheaper, never if dearer
 */
export function costToFake(fill: number, ownUnit: number = Number.POSITIVE_INFINITY): CostToFake {
  const units = UNITS_A_TRY * fill
  const unitSeconds = Math.min(UNIT_COSTS.core, ownUnit)
  return { units, coreSeconds: units * unitSeconds, cardSeconds: units * UNIT_COSTS.card, unitSeconds }
}
