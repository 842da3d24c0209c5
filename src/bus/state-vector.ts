import {
  type BlockHash,
  blockHash,
  blockWork,
  decodeCompact,
  MEDIAN_SPAN,
  packParams,
  paddedTimes,
} from '../bitcoin/index.ts'
import { type ChainState, splitHash } from './state.ts'

/** Elements of the state vector z that the step circuit maps to the next one. */
export const STATE_ARITY = 10

/** A target in the vector is divided by 2^112: exact, since compact sizes below 17 are unreachable. */
const TARGET_SHIFT = 112n

/** Of the 11 times, the oldest 7 fill one element, the newest 4 another. */
const OLD_TIMES = 7

/** What a state vector says, in readable form. */
export interface StateFields {
  readonly params: bigint
  readonly height: number
  readonly bits: number
  readonly epochStartTime: number
  readonly maxTime: number
  readonly hash: BlockHash
  /** Oldest first; start values in front below height 10. */
  readonly times: readonly number[]
  readonly chainwork: bigint
  readonly accumulator: bigint
}

/** Packs 32-bit numbers, the first lowest. */
function pack32(...values: readonly number[]): bigint {
  return values.reduceRight((sum, value) => (sum << 32n) | BigInt(value), 0n)
}

function unpack32(element: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((element >> BigInt(32 * i)) & 0xffff_ffffn))
}

export function packState(state: ChainState): bigint[] {
  const { params, context, history } = state
  const { high, low } = splitHash(context.hash)
  const times = paddedTimes(context.times)
  return [
    packParams(params),
    pack32(context.height, context.bits, context.epochStartTime, context.maxTime, context.height % params.epochLength),
    high,
    low,
    pack32(...times.slice(0, OLD_TIMES)),
    pack32(...times.slice(OLD_TIMES)),
    context.chainwork,
    history.commitment,
    context.target >> TARGET_SHIFT,
    context.work,
  ]
}

/** Bits each element may have; the accumulator's commitment is any field element. */
const WIDTHS = [162n, 160n, 128n, 128n, 224n, 128n, 128n, 254n, 143n, 128n] as const

/**
 * Reads a vector. Null when an element is wider than its fields, or when the derived ones (epoch position, target,
 * work) contradict what they derive from. A proved vector never is like that; the check costs nothing.
 */
export function unpackState(vector: readonly bigint[]): StateFields | null {
  if (vector.length !== STATE_ARITY) return null
  if (vector.some((element, i) => element < 0n || element >> (WIDTHS[i] as bigint) !== 0n)) return null
  const [params, position, high, low, oldTimes, newTimes, chainwork, accumulator, target, work] = vector as Vector
  const [height, bits, epochStartTime, maxTime, epochPosition] = unpack32(position, 5) as Position
  const epochLength = Number((params >> 34n) & 0xffff_ffffn)
  const decoded = decodeCompact(bits)
  if (epochLength < 2 || height % epochLength !== epochPosition) return null
  if (decoded.negative || decoded.overflow || decoded.target !== target << TARGET_SHIFT) return null
  if (blockWork(decoded.target) !== work) return null
  return {
    params,
    height,
    bits,
    epochStartTime,
    maxTime,
    hash: joinHash(high, low),
    times: [...unpack32(oldTimes, OLD_TIMES), ...unpack32(newTimes, MEDIAN_SPAN - OLD_TIMES)],
    chainwork,
    accumulator,
  }
}

type Vector = [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
type Position = [number, number, number, number, number]

function joinHash(high: bigint, low: bigint): BlockHash {
  const bytes = new Uint8Array(32)
  let value = (high << 128n) | low
  for (let i = 0; i < 32; i++) {
    bytes[i] = Number(value & 255n)
    value >>= 8n
  }
  return blockHash(bytes)
}
