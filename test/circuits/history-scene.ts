import { type Header, headerHash, regtest } from '../../src/bitcoin/index.ts'
import { emptyAccumulator } from '../../src/bus/accumulator.ts'
import { type AccumulatorPath, followPath } from '../../src/bus/accumulator-path.ts'
import { HISTORY_LEVELS, historyPathInput } from '../../src/bus/history-input.ts'
import { leafOf } from '../../src/bus/leaf.ts'
import { pathLength, planPath } from '../../src/bus/path-plan.ts'
import { splitHash } from '../../src/bus/state.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import type { HeaderInput } from './model/history.ts'
import { randomNumbers } from './random.ts'

export const LEVELS = HISTORY_LEVELS
const EMPTY = emptyAccumulator(poseidon).commitment
const random = randomNumbers(20_260_202n)

/** A header in a history; for a long one what is beside its path is made up. */
export interface Opened {
  readonly header: Header
  readonly start: number
  readonly count: number
  readonly index: number
  readonly path: AccumulatorPath
}

export function headerOf(seed: number): Header {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => (seed * 31 + i * 7) & 255)
  const version = seed % 2 === 0 ? -seed : 0x2000_0000
  return { ...regtest.genesis, version, merkleRoot: bytes, time: 1_700_000_000 + seed, nonce: 2 ** 32 - 1 - seed }
}

/** A list of `count` leaves that holds this header at `index`, all else in it arbitrary. */
export function madeUp(count: number, index: number, start = 0): Opened {
  const path = Array.from({ length: pathLength(planPath(count, index)) }, () => random(253))
  return { header: headerOf(index), start, count, index, path }
}

export function inputOf({ header, start, count, index, path }: Opened): HeaderInput {
  const leaf = leafOf(start + index, headerHash(header), header)
  const commitment = followPath(poseidon, planPath(count, index), leaf, path)
  return {
    commitment,
    start: BigInt(start),
    count: BigInt(count),
    height: BigInt(start + index),
    ...historyPathInput({ count, index, leaf, path }, EMPTY),
  }
}

/** The circuit's outputs in order. */
export function outputsOf({ header }: Opened): bigint[] {
  const hash = splitHash(headerHash(header))
  const root = splitHash(header.merkleRoot as never)
  const numbers = [header.time, header.bits, header.version >>> 0, header.nonce].map(BigInt)
  return [...numbers, hash.high, hash.low, root.high, root.low]
}
