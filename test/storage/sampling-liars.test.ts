import { describe, expect, it } from 'vitest'
import { UNITS_A_CHUNK } from '../../storage/blob/shape.ts'
import { costToFake } from '../../storage/sampling/cost-to-fake.ts'
import { winProbability, winThreshold } from '../../storage/sampling/threshold.ts'

/** Positions of regtest's partition; a try each, sixteen units each. */
const [BITS, TRIES] = [10, 1_024]
const UNITS = UNITS_A_CHUNK * TRIES
/** Challenges that are open at a time. */
const OPEN = 3
const THRESHOLD = winThreshold(BITS)

interface Liar {
  /** Of the units, what he keeps encoded under each of his keys. */
  readonly share: number
  /** Encodings that he makes a tick, for all keys together. */
  readonly budget: number
  readonly keys: number
}

/** A try of one challenge, whose second unit is kept or is not. */
interface Try {
  readonly challenge: number
  readonly isSecondKept: boolean
}

interface Offer {
  readonly cost: number
  readonly tries: readonly Try[]
}

/** Numbers below 1, the same in every run (mulberry32): millions of them. */
function uniformNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What encodings bring the tries of one key that draw the same first unit, in all open challenges, at best. */
function offers(isKept: boolean, tries: readonly Try[]): Offer[] {
  const others = tries.filter(({ isSecondKept }) => !isSecondKept)
  // Before the first unit is encoded, nobody knows which are the second ones: all that follows comes with it.
  if (!isKept) return [{ cost: 1 + others.length, tries }]
  return [
    { cost: 0, tries: tries.filter(({ isSecondKept }) => isSecondKept) },
    ...others.map((one) => ({ cost: 1, tries: [one] })),
  ]
}

/** What he may choose from; who has many keys leaves out what serves one try alone. */
function choices({ share, keys }: Liar, uniform: () => number): Offer[] {
  const least = keys > 100 ? 3 : 1
  const all: Offer[] = []
  for (let key = 0; key < keys; key++) {
    const byUnit = new Map<number, Try[]>()
    for (let i = 0; i < OPEN * TRIES; i++) {
      const unit = Math.floor(uniform() * UNITS)
      const one = { challenge: OPEN * key + (i % OPEN), isSecondKept: uniform() < share }
      const before = byUnit.get(unit)
      if (before === undefined) byUnit.set(unit, [one])
      else before.push(one)
    }
    for (const [unit, tries] of byUnit) {
      if (tries.length >= least) all.push(...offers(unit < share * UNITS, tries))
    }
  }
  const each = ({ cost, tries }: Offer) => (tries.length === 0 ? Number.POSITIVE_INFINITY : cost / tries.length)
  return all.sort((a, b) => each(a) - each(b) || a.cost - b.cost)
}

/** How many replicas he is counted as on average: the wins of the tries that he answers, by those of one replica. */
function countedAs(liar: Liar, seed: number): number {
  const answered = new Map<number, number>()
  let left = OPEN * liar.budget
  for (const { cost, tries } of choices(liar, uniformNumbers(seed))) {
    if (cost > left) continue
    left -= cost
    for (const { challenge } of tries) answered.set(challenge, (answered.get(challenge) ?? 0) + 1)
  }
  // Of a key and a block one win counts.
  const wins = [...answered.values()].reduce((sum, tries) => sum + winProbability(THRESHOLD, tries), 0)
  return wins / (OPEN * winProbability(THRESHOLD, TRIES))
}

const { units } = costToFake(TRIES)

describe('a liar who encodes what he is asked for (attack 23)', () => {
  it.each([
    { share: 0, budget: 100, keys: 1 },
    { share: 0, budget: units, keys: 1 },
    { share: 0, budget: units, keys: 20 },
    { share: 0, budget: units, keys: 70 },
    { share: 0, budget: 4 * units, keys: 70 },
    { share: 0, budget: units, keys: 1_000 },
    { share: 0.02, budget: units, keys: 70 },
    { share: 0.1, budget: 0, keys: 1 },
    { share: 0.5, budget: 0, keys: 1 },
    { share: 0.5, budget: 200, keys: 1 },
    { share: 0.5, budget: units / 2, keys: 1 },
    { share: 0.8, budget: 100, keys: 1 },
  ])('who keeps $share, encodes $budget a tick under $keys keys, counts as no more than that', (liar) => {
    const bound = liar.share * liar.keys + liar.budget / units
    expect(countedAs(liar, 3)).toBeLessThanOrEqual(bound)
  })

  it('comes the nearer to the stated cost the more keys he chooses among', () => {
    const [one, some, many] = [1, 70, 1_000].map((keys) => countedAs({ share: 0, budget: units, keys }, 5)) as [
      number,
      number,
      number,
    ]
    expect(one).toBeLessThan(0.65)
    expect(some).toBeGreaterThan(0.7)
    expect(many).toBeGreaterThan(some)
    expect(many).toBeGreaterThan(0.78)
  })

  it('who keeps half of the units counts as a quarter; one blob less is not seen (attack 25)', () => {
    const of = (share: number) => countedAs({ share, budget: 0, keys: 1 }, 7)
    expect(of(0.5)).toBeCloseTo(0.25, 1)
    expect(of(1 - 1 / TRIES)).toBeGreaterThan(0.99)
    expect(of(1)).toBe(1)
  })
})

describe('a liar who streams a raw copy (attack 24)', () => {
  /**
   * Encodings a tick that answer every try of one key, where so many challenges are answered together: two passes over the units that are
   * drawn, each encoded once and forgotten, for the second unit of a try is known only after the first.
   */
  function streamed(open: number): number {
    const uniform = uniformNumbers(11)
    const pass = () => {
      const drawn = new Set<number>()
      for (let i = 0; i < open * TRIES; i++) drawn.add(Math.floor(uniform() * UNITS))
      return drawn.size
    }
    return (pass() + pass()) / open
  }

  it('pays more than the cost to fake, as long as three blocks are open', () => {
    expect(streamed(OPEN)).toBeGreaterThan(1.8 * TRIES)
    expect(streamed(OPEN)).toBeGreaterThan(units)
    expect(units).toBeCloseTo(TRIES / (12 * Math.log(12 / 11)), 6)
  })

  it('would pay next to nothing if a win were taken at any time', () => {
    expect(streamed(1_008)).toBeLessThan(units / 30)
  })
})
