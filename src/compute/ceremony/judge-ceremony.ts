import type { NetworkParams } from '../../bitcoin/index.ts'
import { needsNoCeremony } from '../../bus/index.ts'
import { equalBytes, hexToBytes, type Result, rejection } from '../../lib/index.ts'
import type { Contribution, SetupKind } from '../../proving/index.ts'

/** Why contributions are none of a ceremony that may be, or was, finished. */
export type CeremonyReject =
  | 'no-contribution'
  | 'finished'
  | 'no-beacon'
  | 'beacon-in-the-middle'
  | 'wrong-rounds'
  | 'wrong-inscription'
  | 'wrong-beacon'

/** What a chain says of a ceremony. */
export interface CeremonyChain {
  /** Body of the inscription of the last contribution's hash. */
  readonly inscribed: Uint8Array
  /** Hash of the block whose hash the beacon is, as explorers show it, which is the order of the beacon's bytes. */
  readonly beaconBlock: string
}

/** The hash of that many blocks after the one with the inscription is the beacon: nobody knows it when the last contribution is fixed. */
export function beaconDelay(params: NetworkParams): number {
  return needsNoCeremony(params) ? 6 : 144
}

/** The last contribution of a ceremony that goes on: its hash is what is inscribed. */
export function lastContribution(
  contributions: readonly Contribution[],
): Result<{ readonly last: Contribution }, 'no-contribution' | 'finished'> {
  const last = contributions.at(-1)
  if (last === undefined) return rejection('no-contribution', 'nobody has contributed yet')
  return last.beacon === null
    ? { ok: true, last }
    : rejection('finished', 'the beacon was applied: nothing comes after it')
}

/**
 * That the last contribution is the beacon, made of the hash of the right block, and that the one before it was inscribed in time.
 * `checkKey` has shown that each contribution holds.
 */
export function judgeCeremony(
  contributions: readonly Contribution[],
  { inscribed, beaconBlock }: CeremonyChain,
  rounds: number,
): Result<{ readonly people: readonly Contribution[] }, CeremonyReject> {
  const people = contributions.slice(0, -1)
  const beacon = contributions.at(-1)?.beacon ?? null
  if (beacon === null) return rejection('no-beacon', 'the last contribution is no beacon')
  if (people.some((one) => one.beacon !== null))
    return rejection('beacon-in-the-middle', 'a beacon has contributions after it')
  const last = people.at(-1)
  if (last === undefined) return rejection('no-contribution', 'nobody has contributed before the beacon')
  if (!equalBytes(inscribed, last.hash)) {
    return rejection(
      'wrong-inscription',
      'what was inscribed is not the hash of the last contribution before the beacon',
    )
  }
  if (beacon.rounds !== rounds)
    return rejection('wrong-rounds', `a beacon of 2^${beacon.rounds} rounds, not 2^${rounds}`)
  if (!equalBytes(beacon.bytes, hexToBytes(beaconBlock))) {
    return rejection('wrong-beacon', `the beacon is not the hash of block ${beaconBlock}`)
  }
  return { ok: true, people }
}

/** What a key rests on: the public ceremony's powers, and a beacon of a chain whose blocks are not made at will. */
export function setupOf(powers: SetupKind, params: NetworkParams): SetupKind {
  return needsNoCeremony(params) ? 'insecure-dev' : powers
}
