import { describe, expect, it } from 'vitest'
import { UNITS_A_CHUNK } from '../../storage/blob/shape.ts'
import { costToFake } from '../../storage/sampling/cost-to-fake.ts'
import { randomNumbers } from '../circuits/random.ts'

/** Positions of regtest's partition; a try each, sixteen units each. */
const TRIES = 1_024
const UNITS = UNITS_A_CHUNK * TRIES
/** Challenges that are open at a time. */
const OPEN = 3

interface Liar {
  /** Of the units, what he keeps encoded under each of his keys. */
  readonly share: number
  /** Encodings that he makes a tick, for all keys together. */
  readonly budget: number
  readonly keys: number
}

/** Tries of one key that draw the same first unit, in all challenges that are open. */
interface Group {
  readonly isKept: boolean
  /** Whether the second unit of each is kept. */
  readonly seconds: readonly boolean[]
}

/** What encodings bring a group's tries at best: the first unit, and as many of the second ones as are wanted. */
function offers({ isKept, seconds }: Group): { readonly cost: number; readonly tries: number }[] {
  const [kept, others] = [seconds.filter((one) => one).length, seconds.filter((one) => !one).length]
  const first = { cost: isKept ? 0 : 1, tries: kept }
  const each = Array.from({ length: others }, () => ({ cost: 1, tries: 1 }))
  if (isKept) return [first, ...each]
  // Before the first unit is encoded, nobody knows which are the second ones: all that follows comes with it.
  return [{ cost: 1 + others, tries: seconds.length }]
}

/** How many replicas he is counted as: tries that he answers, of those that one replica answers. */
function countedAs({ share, budget, keys }: Liar, seed: bigint): number {
  const random = randomNumbers(seed)
  const uniform = () => Number(random(48)) / 2 ** 48
  const all: { cost: number; tries: number }[] = []
  for (let key = 0; key < keys; key++) {
    const byUnit = new Map<number, boolean[]>()
    for (let i = 0; i < OPEN * TRIES; i++) {
      const unit = Math.floor(uniform() * UNITS)
      byUnit.set(unit, [...(byUnit.get(unit) ?? []), uniform() < share])
    }
    for (const [unit, seconds] of byUnit) all.push(...offers({ isKept: unit < share * UNITS, seconds }))
  }
  all.sort((a, b) => a.cost / a.tries - b.cost / b.tries || a.cost - b.cost)
  let [left, answered] = [OPEN * budget, 0]
  for (const { cost, tries } of all) {
    if (cost > left || tries === 0) continue
    left -= cost
    answered += tries
  }
  return answered / (OPEN * TRIES)
}

const { units } = costToFake(TRIES)

describe('a liar who encodes what he is asked for (attack 23)', () => {
  it.each([
    { share: 0, budget: 100, keys: 1 },
    { share: 0, budget: units, keys: 1 },
    { share: 0, budget: units, keys: 20 },
    { share: 0, budget: units, keys: 70 },
    { share: 0, budget: 4 * units, keys: 70 },
    { share: 0.1, budget: 0, keys: 1 },
    { share: 0.5, budget: 0, keys: 1 },
    { share: 0.5, budget: 200, keys: 1 },
    { share: 0.5, budget: units / 2, keys: 1 },
    { share: 0.8, budget: 100, keys: 1 },
  ])('who keeps $share, encodes $budget a tick under $keys keys, counts as no more than that', (liar) => {
    const bound = liar.share * liar.keys + liar.budget / units
    expect(countedAs(liar, 3n)).toBeLessThanOrEqual(bound)
  })

  it('reaches the stated cost by choosing among many keys, and not with one', () => {
    expect(countedAs({ share: 0, budget: units, keys: 70 }, 5n)).toBeGreaterThan(0.95)
    expect(countedAs({ share: 0, budget: units, keys: 1 }, 5n)).toBeLessThan(0.85)
  })

  it('who keeps half of the units counts as a quarter; one blob less is not seen (attack 25)', () => {
    const of = (share: number) => countedAs({ share, budget: 0, keys: 1 }, 7n)
    expect(of(0.5)).toBeCloseTo(0.25, 1)
    expect(of(1 - 1 / TRIES)).toBeGreaterThan(0.99)
    expect(of(1)).toBe(1)
  })
})

describe('a liar who streams a raw copy (attack 24)', () => {
  /** Two passes, for the second unit waits for the first, answer all challenges that are open. */
  const streamed = (open: number) => (2 * UNITS) / open

  it('pays more than who answers tries, as long as three blocks are open', () => {
    expect(streamed(OPEN)).toBeGreaterThan(units)
    expect(units).toBe(Math.min(1.3 * TRIES, streamed(OPEN)))
  })

  it('would pay next to nothing if a win were taken at any time', () => {
    expect(streamed(1_008)).toBeLessThan(units / 40)
  })
})
