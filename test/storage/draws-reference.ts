import { FIELD_MODULUS } from '../../src/bus/index.ts'
import { type Challenge, challengeElements, unitAt } from '../../storage/sampling/draws.ts'

// A try of sampling after section 5 of its specification, one function a step: what the addon's tries are compared with.

/** Tags of what is hashed in a try. */
const SEED_TAG = 21
const SECOND_TAG = 22
const TICKET_TAG = 23

const MASK_128 = (1n << 128n) - 1n

/** Both outputs of circomlib's PoseidonEx(n, 2) with initial state `tag`. */
export type Draw = (tag: number, inputs: readonly bigint[]) => readonly [bigint, bigint]

/** A try until the first unit is read. */
export interface FirstDraw {
  /** Fresh for each try, so that no summary of a unit replaces its elements. */
  readonly alpha: bigint
  readonly beta: bigint
  /** Counted through the partition, sixteen a position. */
  readonly unit: number
}

/** The first unit of try `number`; RangeError where there is no such try. */
export function firstDraw(draw: Draw, challenge: Challenge, number: number): FirstDraw {
  const { fill } = challenge
  if (!Number.isInteger(number) || number < 0 || number >= fill) throw new RangeError(`try ${number} of ${fill}`)
  const [alpha, beta] = draw(SEED_TAG, [...challengeElements(challenge), BigInt(number)])
  return { alpha, beta, unit: unitAt(beta, fill) }
}

/** Elements that are summed up before the sum is reduced. */
const SPAN = 16

/** e: the elements of an encoded unit as the coefficients of a polynomial, the first the constant one, at alpha. */
export function summaryOf(alpha: bigint, encoded: readonly bigint[]): bigint {
  const powers = [1n]
  for (let i = 0; i < SPAN; i++) powers.push(((powers[i] as bigint) * alpha) % FIELD_MODULUS)
  let sum = 0n
  for (let end = encoded.length; end > 0; end -= SPAN) {
    // Reducing takes longest: once for sixteen elements.
    const first = Math.max(0, end - SPAN)
    sum *= powers[end - first] as bigint
    for (let i = first; i < end; i++) sum += (powers[i - first] as bigint) * (encoded[i] as bigint)
    sum %= FIELD_MODULUS
  }
  return sum
}

/** The second unit, which the summary of the first decides. */
export function secondDraw(draw: Draw, { beta }: FirstDraw, summary: bigint, fill: number): number {
  return unitAt(draw(SECOND_TAG, [beta, summary])[0], fill)
}

/** v, below 2^128: the try wins if it is below the threshold. */
export function ticketOf(draw: Draw, { beta }: FirstDraw, summaries: readonly [bigint, bigint]): bigint {
  return draw(TICKET_TAG, [beta, ...summaries])[0] & MASK_128
}
