import { createHash } from 'node:crypto'
import { FIELD_MODULUS as P } from '../../src/bus/index.ts'
import { poseidonOutputs } from '../bus/poseidon-reference.ts'

/** The mask after section 4 of its specification, slowly: no line of it is shared with the crate or the circuit. */
const SIDE = 16
const ROUNDS = 4
const L = Array.from({ length: 46 }, (_, i) => BigInt(i + 1)).reduce((all, n) => (all * n) / gcd(all, n))
const D = Array.from({ length: SIDE }, (_, i) => Array.from({ length: SIDE }, (_, j) => L / BigInt(16 + i + j)))

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b)
}

const mod = (x: bigint) => ((x % P) + P) % P

function power(x: bigint, exponent: bigint): bigint {
  let [result, base] = [1n, mod(x)]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * base)
    base = mod(base * base)
  }
  return result
}

/** 5 · FIFTH = 1 modulo p − 1. */
const FIFTH = Array.from({ length: 5 }, (_, k) => BigInt(k) * (P - 1n) + 1n).find((n) => n % 5n === 0n)! / 5n

/** v with D·v = w, by elimination. */
function solve(w: readonly bigint[]): bigint[] {
  const rows = D.map((row, i) => [...row, w[i]!])
  for (let i = 0; i < SIDE; i++) {
    const scale = power(rows[i]![i]!, P - 2n)
    rows[i] = rows[i]!.map((x) => mod(x * scale))
    for (let k = 0; k < SIDE; k++) {
      const factor = rows[k]![i]!
      if (k !== i) rows[k] = rows[k]!.map((x, j) => mod(x - factor * rows[i]![j]!))
    }
  }
  return rows.map((row) => row[SIDE]!)
}

const times = (v: readonly bigint[]) => D.map((row) => mod(row.reduce((sum, d, j) => sum + d * v[j]!, 0n)))

export function maskConstant(round: number, i: number): bigint {
  const hash = createHash('sha256')
    .update('wsc/storage/mask/1')
    .update(Uint8Array.of(round, i & 255, i >> 8))
    .digest()
  return BigInt(`0x${Buffer.from(hash.subarray(0, 31)).reverse().toString('hex')}`)
}

const draw = poseidonOutputs(3, 57)

export function maskKeys(base: bigint, unit: number): readonly [bigint, bigint] {
  const [first, second] = draw(18, [base, BigInt(unit)])
  return [first!, second!]
}

/** Each of a round's lines: rows of the square in even rounds, columns in odd ones. */
function byLines(state: readonly bigint[], round: number, map: (line: readonly bigint[]) => bigint[]): bigint[] {
  const out = [...state]
  for (let line = 0; line < SIDE; line++) {
    const places = Array.from({ length: SIDE }, (_, at) => (round % 2 === 0 ? SIDE * line + at : SIDE * at + line))
    map(places.map((place) => state[place]!)).forEach((value, at) => {
      out[places[at]!] = value
    })
  }
  return out
}

/** Ways to get it wrong. */
export type Twist =
  | 'keys swapped'
  | 'columns first'
  | 'rounds reversed'
  | 'D for its inverse'
  | 'constants of the round before'

/** @param twist an encoding that is not the mask's, for forgeries */
export function encodeUnit(base: bigint, unit: number, x: readonly bigint[], twist?: Twist): bigint[] {
  const keys = maskKeys(base, unit)
  const [k1, k2] = twist === 'keys swapped' ? [keys[1], keys[0]] : keys
  let state = [...x]
  for (let step = 0; step < ROUNDS; step++) {
    const round = twist === 'rounds reversed' ? ROUNDS - 1 - step : step
    const c = twist === 'constants of the round before' ? (round + 3) % ROUNDS : round
    const lines = twist === 'columns first' ? round + 1 : round
    const mixed = byLines(state, lines, twist === 'D for its inverse' ? times : solve)
    state = mixed.map((s, i) => power(s + k1 + maskConstant(c, i) * k2, FIFTH))
  }
  return state
}

/** What the first roots are taken of: lines mixed, keys added. */
export function firstRoundValues(x: readonly bigint[], [k1, k2]: readonly [bigint, bigint]): bigint[] {
  return byLines(x, 0, solve).map((s, i) => mod(s + k1 + maskConstant(0, i) * k2))
}

/**
 * A unit made against a mask that adds one key and the constants, s + k + c: its first roots would all be of one number there,
 * whatever the key. Its elements are any of the field's, which is more than an author may choose, who has 31 bytes each.
 */
export function unitAgainstOneKey(): bigint[] {
  const mixed = Array.from({ length: SIDE * SIDE }, (_, i) => mod(7n - maskConstant(0, i)))
  return byLines(mixed, 0, times)
}

export function decodeUnit(base: bigint, unit: number, z: readonly bigint[]): bigint[] {
  const [k1, k2] = maskKeys(base, unit)
  let state = [...z]
  for (let round = ROUNDS - 1; round >= 0; round--) {
    const before = state.map((s, i) => mod(power(s, 5n) - k1 - maskConstant(round, i) * k2))
    state = byLines(before, round, times)
  }
  return state
}
