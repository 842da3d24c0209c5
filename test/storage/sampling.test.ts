import { describe, expect, it } from 'vitest'
import { FIELD_MODULUS as P } from '../../src/bus/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { measureUnitCost } from '../../storage/io/sampling/unit-cost.ts'
import { costToFake } from '../../storage/sampling/cost-to-fake.ts'
import type { Challenge } from '../../storage/sampling/draws.ts'
import { estimateChosenKey, estimateReplicas } from '../../storage/sampling/estimate.ts'
import { winProbability, winThreshold } from '../../storage/sampling/threshold.ts'
import { poseidonOutputs } from '../bus/poseidon-reference.ts'
import { randomNumbers } from '../circuits/random.ts'
import { someBytes } from './bytes.ts'
import { type Draw, firstDraw, secondDraw, summaryOf, ticketOf } from './draws-reference.ts'

const TICKS = 1_008
const PARTIAL = [0, 56, 57, 56, 60, 60, 63, 64] as const

/** circomlib's, by the number of inputs. */
const poseidon: Draw = (tag, inputs) => {
  const [first, second] = poseidonOutputs(inputs.length + 1, PARTIAL[inputs.length]!)(tag, inputs)
  return [first!, second!]
}

/** As random as it needs to be, and quick. */
function quickDraw(seed: bigint): Draw {
  const random = randomNumbers(seed)
  return () => [random(253), random(253)]
}

const challenge: Challenge = {
  networkHash: someBytes(32, 1),
  blockHash: someBytes(32, 2),
  key: someBytes(32, 3),
  first: 3 * 2 ** 19,
  fill: 1_000,
}

describe('the threshold', () => {
  it('is below the specification’s 4/3 encodings a try for both sizes of partitions: it can be had for less', () => {
    expect(winThreshold(19)).toBe(56_473_607_738_796_317_487_524_054_157_898n)
    expect(winThreshold(10)).toBe(28_913_261_134_701_890_107_627_117_396_080_222n)
  })

  it('is the greatest that wins at most once in twelve ticks', () => {
    for (let bits = 0; bits <= 8; bits++) {
      const tries = 2n ** BigInt(bits)
      const losesAtLeast = (threshold: bigint) => 12n * (2n ** 128n - threshold) ** tries >= 11n * 2n ** (128n * tries)
      const threshold = winThreshold(bits)
      expect([losesAtLeast(threshold), losesAtLeast(threshold + 1n)]).toEqual([true, false])
    }
  })

  it('lets a whole replica win by the fill of its partition', () => {
    for (const bits of [10, 19]) {
      const threshold = winThreshold(bits)
      for (const share of [1, 1 / 2, 1 / 64]) {
        expect(winProbability(threshold, share * 2 ** bits)).toBeCloseTo(1 - (11 / 12) ** share, 12)
      }
      expect(winProbability(threshold, 0)).toBe(0)
    }
  })
})

describe('a try', () => {
  /** 32 bytes as the specification has them: bytes `from` to `to`, little-endian. */
  const number = (bytes: Uint8Array, from: number, to: number) =>
    BigInt(`0x${Buffer.from(bytes.slice(from, to)).reverse().toString('hex')}`)

  it('draws as the specification says', () => {
    const { networkHash, blockHash, key, first, fill } = challenge
    const [net, low, high] = [number(networkHash, 0, 31), number(blockHash, 0, 16), number(blockHash, 16, 32)]
    const z = [P - 1n, 7n, ...new Array<bigint>(253).fill(0n), 1n]
    for (const t of [0, 1, fill - 1]) {
      const inputs = [net, high, low, number(key, 16, 32), number(key, 0, 16), BigInt(first), BigInt(t)]
      const [alpha, beta] = poseidon(21, inputs)
      const one = firstDraw(poseidon, challenge, t)
      expect(one).toEqual({ alpha, beta, unit: Number(((beta % 2n ** 64n) * 16_000n) / 2n ** 64n) })
      let [e, factor] = [0n, 1n]
      for (const element of z) {
        e = (e + factor * element) % P
        factor = (factor * alpha) % P
      }
      expect(summaryOf(alpha, z)).toBe(e)
      const [second] = poseidon(22, [beta, e])
      expect(secondDraw(poseidon, one, e, fill)).toBe(Number(((second % 2n ** 64n) * 16_000n) / 2n ** 64n))
      expect(ticketOf(poseidon, one, [e, 5n])).toBe(poseidon(23, [beta, e, 5n])[0] % 2n ** 128n)
    }
  })

  it('reaches the first and the last unit and no other', () => {
    const unitOf = (beta: bigint) => firstDraw(() => [0n, beta], challenge, 0).unit
    expect([0n, 2n ** 64n - 1n, 2n ** 64n, P - 1n].map(unitOf)).toEqual([
      ...[0, 15_999, 0],
      Number((((P - 1n) % 2n ** 64n) * 16_000n) >> 64n),
    ])
    const draw = quickDraw(5n)
    const units = Array.from({ length: 20_000 }, () => firstDraw(draw, { ...challenge, fill: 4 }, 3).unit)
    const counts = Array.from({ length: 64 }, (_, unit) => units.filter((one) => one === unit).length)
    expect(units.every((unit) => unit >= 0 && unit < 64)).toBe(true)
    // Each some 312 times; five standard deviations.
    expect(counts.every((count) => Math.abs(count - 312.5) < 5 * Math.sqrt(312.5))).toBe(true)
  })

  it('is there as often as positions are used', () => {
    for (const t of [-1, 1_000, 0.5]) expect(() => firstDraw(poseidon, challenge, t)).toThrow(RangeError)
    expect(() => firstDraw(poseidon, { ...challenge, fill: 0 }, 0)).toThrow(RangeError)
    expect(() => firstDraw(poseidon, { ...challenge, key: new Uint8Array(31) }, 0)).toThrow(RangeError)
  })

  it('is another for another network, block, key, partition and number', () => {
    const others = [
      firstDraw(poseidon, challenge, 0),
      firstDraw(poseidon, challenge, 1),
      ...(['networkHash', 'blockHash', 'key'] as const).map((name) =>
        firstDraw(poseidon, { ...challenge, [name]: someBytes(32, 9) }, 0),
      ),
      firstDraw(poseidon, { ...challenge, first: 0 }, 0),
    ]
    expect(new Set(others.map(({ alpha }) => alpha)).size).toBe(others.length)
  })

  it('is won by a share of the units by its square', () => {
    const draw = quickDraw(7n)
    const [tries, held] = [40_000, 8_000]
    let both = 0
    for (let i = 0; i < tries; i++) {
      const one = firstDraw(draw, challenge, i % 1_000)
      if (one.unit < held && secondDraw(draw, one, 0n, challenge.fill) < held) both++
    }
    expect(Math.abs(both / tries - 1 / 4)).toBeLessThan(5 * Math.sqrt(3 / 16 / tries))
  })
})

describe('the estimate', () => {
  /** How often the interval covers the truth, exactly: wins are binomial. */
  function coverage(replicas: number, q: number): number {
    const [tries, expected] = [TICKS * replicas, TICKS * q]
    let covered = 0
    let logarithm = tries * Math.log1p(-q)
    for (let wins = 0; wins <= tries; wins++) {
      const chance = Math.exp(logarithm)
      if (chance > 1e-9) {
        const { least, most } = estimateReplicas(wins, expected)
        if (least <= replicas && replicas <= most) covered += chance
      }
      logarithm += Math.log((tries - wins) / (wins + 1)) + Math.log(q / (1 - q))
    }
    return covered
  }

  it('covers the truth more often than the interval that the specification states, which has 95.4, 96.2, 95.8, 95.9', () => {
    const full = winProbability(winThreshold(19), 2 ** 19)
    const found = [1, 3, 10, 100].map((replicas) => coverage(replicas, full))
    expect(found.map((share) => Math.round(1000 * share) / 10)).toEqual([96, 96.5, 96, 96])
  })

  it('covers the truth at every fill', () => {
    for (const share of [1, 0.5, 0.1, 0.02]) {
      const q = winProbability(winThreshold(10), Math.round(share * 1_024))
      for (const replicas of [1, 3, 10, 100]) expect(coverage(replicas, q)).toBeGreaterThan(0.95)
    }
  })

  it('covers it too where few wins are expected: that of the specification does so in 84 of 100 weeks at 0.17', () => {
    for (const expected of [0.17, 0.5, 1, 2, 5]) expect(coverage(1, expected / TICKS)).toBeGreaterThan(0.95)
  })

  it('covers the truth in simulated weeks of a partition that fills', () => {
    const random = randomNumbers(11n)
    const threshold = winThreshold(10)
    const chances = Array.from({ length: TICKS }, (_, tick) => winProbability(threshold, 16 + tick))
    const expected = chances.reduce((sum, q) => sum + q, 0)
    const weeks = 500
    let covered = 0
    for (let week = 0; week < weeks; week++) {
      let wins = 0
      for (const q of chances) for (let i = 0; i < 3; i++) if (Number(random(48)) < q * 2 ** 48) wins++
      const { least, most } = estimateReplicas(wins, expected)
      if (least <= 3 && 3 <= most) covered++
    }
    expect(covered / weeks).toBeGreaterThan(0.94)
  })

  it('is an average with an interval, also where nothing was seen', () => {
    expect(estimateReplicas(84, 84)).toEqual({
      replicas: 1,
      least: expect.closeTo(0.798, 3),
      most: expect.closeTo(1.238, 3),
    })
    expect(estimateReplicas(0, 84)).toEqual({ replicas: 0, least: 0, most: expect.closeTo(0.044, 3) })
    expect(() => estimateReplicas(0, 0)).toThrow(RangeError)
  })
})

describe('an estimate of one key, where who shows it has chosen the week', () => {
  /** ln P(W = k) of a Poisson number. */
  const logChance = (mean: number, k: number) => {
    let log = k * Math.log(mean) - mean
    for (let i = 2; i <= k; i++) log -= Math.log(i)
    return log
  }

  it.each([0.001, 0.006, 0.02, 0.1, 0.25, 0.5, 1])(
    'of a share of %d is not above the truth for the best of a year’s weeks and a thousand keys',
    (share) => {
      const [expected, mean] = [84, 84 * share]
      // So many wins, and no fewer, speak for more than the truth.
      let wins = 0
      while (wins < 1_008 && estimateChosenKey(wins, expected)!.least < Math.min(share, 1 - 1e-9)) wins++
      // A window has so many where it begins so, or where one that had one less comes to a block that is won.
      const begins = Math.exp(logChance(mean, wins))
      const comes = 52_560 * (mean / 1_008) * Math.exp(logChance(mean, wins - 1))
      expect(1_000 * (begins + comes)).toBeLessThan(0.01)
    },
  )

  it('is of one replica at most, and none where less than twenty-five wins are expected', () => {
    expect(estimateChosenKey(200, 84)).toEqual({ replicas: 1, least: 1, most: 1 })
    expect(estimateChosenKey(84, 84)).toEqual({ replicas: 1, least: expect.closeTo(0.47, 1), most: 1 })
    expect(estimateChosenKey(0, 84)).toMatchObject({ replicas: 0, least: 0 })
    expect(estimateChosenKey(24, 24.9)).toBeNull()
  })
})

describe('the cost to fake', () => {
  it('is below the specification’s 4/3 encodings a try for both sizes of partitions: it can be had for less', () => {
    const full = costToFake(2 ** 19)
    expect(Math.round(full.units)).toBe(502_126)
    expect(Math.round(full.coreSeconds)).toBe(497)
    expect(full.cardSeconds).toBeCloseTo(4.18, 2)
    expect(Math.round(costToFake(2 ** 10).units)).toBe(981)
  })

  it('is what the faster of two batches takes here, a unit, where that is less', async () => {
    const times = [0, 9, 10, 14]
    const batches: number[] = []
    const maskUnits = async (_: Uint8Array, numbers: Uint32Array) => {
      batches.push(numbers.length)
      return new Uint8Array(numbers.length * 8_192)
    }
    expect(await measureUnitCost({ maskUnits }, () => times.shift() as number)).toBe(0.0005)
    expect(batches).toEqual([8, 8])
    expect(costToFake(1_024, 0.0005)).toMatchObject({ unitSeconds: 0.0005 })
    expect(costToFake(1_024, await measureUnitCost(openMask())).unitSeconds).toBeLessThanOrEqual(0.99e-3)
  })

  it('falls with a machine that encodes faster, and never rises with a slow one', () => {
    const pinned = costToFake(1_024).coreSeconds
    expect(costToFake(1_024, 1)).toEqual(costToFake(1_024))
    expect(costToFake(1_024, 0.99e-4).coreSeconds).toBeCloseTo(pinned / 10, 9)
  })
})
