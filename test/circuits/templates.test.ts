import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { blockWork, decodeCompact, encodeCompact, medianTimePast, paddedTimes } from '../../src/bitcoin/index.ts'
import { requiredVersion } from '../../src/bitcoin/versions.ts'
import { FIELD_MODULUS as P } from '../../src/bus/field.ts'
import { templateCounts } from './constraint-counts.ts'
import * as model from './model/rules.ts'
import { bitsOf, randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

const circuits = new Map<string, TemplateCircuit>()
const circuit = (name: string): TemplateCircuit => circuits.get(name)!
const names = readdirSync(new URL('mains', import.meta.url)).map((file) => file.replace('.circom', ''))
beforeAll(async () => {
  for (const name of names) circuits.set(name, await loadTemplate(name))
}, 300_000)

test.each(names)('%s has its exact number of constraints', (name) => {
  expect(circuit(name).constraints).toEqual(templateCounts[name])
})

test('every count in the table is of a circuit', () => {
  expect(Object.keys(templateCounts).sort()).toEqual([...names].sort())
})

const random = randomNumbers(20_260_101n)
const many = <T>(make: (i: number) => T, count = 25): T[] => Array.from({ length: count }, (_, i) => make(i))

describe('range', () => {
  test('RangeCheck(31)', () => {
    const at = [0n, 1n, 2n ** 31n - 1n, 2n ** 31n, -1n, 2n ** 32n, 2n ** 253n, P - 2n ** 31n, P / 2n, P / 2n + 1n]
    for (const value of [...at, ...many((i) => random(20 + i))]) {
      expect(circuit('range-check').run({ in: value }) !== undefined).toBe(value >= 0n && value < 2n ** 31n)
    }
  })

  test('Bits(32)', () => {
    for (const value of [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, -1n, P / 2n, ...many((i) => random(22 + i))]) {
      const fits = value >= 0n && value < 2n ** 32n
      expect(circuit('bits').run({ in: value })).toEqual(fits ? bitsOf(value, 32) : undefined)
    }
  })

  test('IsNonNegative(32)', () => {
    const edge = [0n, 1n, -1n, 2n ** 32n - 1n, 2n ** 32n, -(2n ** 32n), -(2n ** 32n) - 1n, P / 2n, 2n ** 200n]
    for (const value of [...edge, ...many((i) => random(33) - 2n ** 32n + BigInt(i))]) {
      const inside = value >= -(2n ** 32n) && value < 2n ** 32n
      const expected = inside ? [value >= 0n ? 1n : 0n] : undefined
      expect(circuit('is-non-negative').run({ in: value })).toEqual(expected)
    }
  })

  test('IsZero', () => {
    for (const value of [0n, 1n, -1n, P, 2n ** 253n, ...many(() => random(250))]) {
      expect(circuit('is-zero').run({ in: value })).toEqual([value % P === 0n ? 1n : 0n])
    }
  })
})

describe('targets', () => {
  const compacts = [0x1d00ffff, 0x207fffff, 0x1e0377ae, 0x11008000, 0x117fffff, 0x20008000, 0x170331db, 0x1b0404cb]
  test('CompactTarget', () => {
    const drawn = many(() => Number(((17n + random(4)) << 24n) + 0x8000n + (random(23) % 0x7f8000n)))
    for (const bits of [...compacts, ...drawn]) {
      const target = decodeCompact(bits).target >> 112n
      expect(circuit('compact-target').run({ bit: bitsOf(BigInt(bits), 32) })).toEqual([target])
    }
    for (const size of [16n, 33n, 0n, 255n]) {
      expect(circuit('compact-target').run({ bit: bitsOf((size << 24n) + 0x8000n, 32) })).toBeUndefined()
    }
  })

  test('BlockWork', () => {
    const edges = [1n << 142n, (1n << 143n) - 1n, (1n << 142n) + 1n, 1n << 100n, 1n << 17n, (1n << 17n) - 1n, 65_537n]
    const targets = [...compacts.map((bits) => decodeCompact(bits).target >> 112n), ...edges]
    for (const target of [...targets, ...many((i) => random(18 + 5 * i) | 65_536n)]) {
      const work = blockWork(target << 112n)
      expect(circuit('block-work').run({ target })).toEqual(work < 2n ** 128n ? [work] : undefined)
    }
    for (const small of [1n, 2n, 32_768n, 65_535n]) expect(circuit('block-work').run({ target: small })).toBeUndefined()
  })

  test('HashAtMost', () => {
    const unit = 2n ** 112n
    const targets = [
      ...compacts.map((bits) => decodeCompact(bits).target),
      ...many((i) => random(18 + 5 * i) * unit + unit),
    ]
    for (const target of targets) {
      const near = [
        target,
        target + 1n,
        target - 1n,
        target + unit,
        target - unit,
        target + unit - 1n,
        0n,
        2n ** 256n - 1n,
      ]
      for (const hash of [...near, random(256), random(250) | (target & ~(2n ** 250n - 1n))]) {
        for (const active of [0n, 1n]) {
          const input = { active, hash: hashWords(hash), target: target / unit }
          const accepted = circuit('hash-at-most').run(input) !== undefined
          expect(accepted).toBe(active === 0n || hash <= target)
        }
      }
    }
  })

  test('HashAtMost: forged witnesses at the edge', () => {
    const target = decodeCompact(0x1e0377ae).target
    const forge = (hash: bigint, lies = {}) =>
      circuit('hash-at-most').refusals((s) => model.hashAtMost(s, 1n, hashWords(hash), target >> 112n, false), lies)
    expect(forge(target)).toEqual([])
    expect(forge(target + 1n)).toEqual(['main.below: in range'])
    expect(forge(target + 2n ** 112n)).toEqual(['main.below: in range'])
    // The low bits are said to be zero.
    expect(forge(target + 1n, { 'main.exact.inverse': 0n })).toEqual(['main.exact: in or out is 0'])
    expect(forge(target + 1n, { 'main.exact.out': 1n })).toEqual(['main.exact: inverse', 'main.exact: in or out is 0'])
    expect(forge(target + 1n, { 'main.below.absorb': 1n })).toEqual(['main.below: bit[0] is 0 or 1'])
  })

  test('Retarget', () => {
    const wanted = 1_209_600
    const limits = [0x1d00ffff, 0x1e0377ae, 0x1c7fffff]
    const spans = [0, -1, 302_399, 302_400, 302_401, wanted - 1, wanted, wanted + 1, 4_838_399, 4_838_400, 4_838_401]
    const wide = [2 ** 32 - 1, -(2 ** 32 - 1), ...many(() => Number(random(24)) - 4_000_000, 8)]
    for (const limit of limits) {
      const limitTarget = decodeCompact(limit).target
      const olds = [limit, encodeCompact(limitTarget / 3n), encodeCompact(limitTarget >> 31n), 0x1300ffff, 0x12008000]
      for (const old of olds) {
        for (const span of [...spans, ...wide]) {
          const firstTime = span < 0 ? -span : 0
          const lastTime = span < 0 ? 0 : span
          const out = circuit('retarget').run({
            old: decodeCompact(old).target >> 112n,
            firstTime,
            lastTime,
            limit,
            limitTarget: limitTarget >> 112n,
          })
          const bits = coreRetarget(old, span, limitTarget)
          expect(out).toEqual([BigInt(bits), decodeCompact(bits).target >> 112n])
        }
      }
    }
  })
})

/** Core's CalculateNextWorkRequired over 256 bits, written for this test. */
function coreRetarget(old: number, span: number, limit: bigint): number {
  const clamped = span < 302_400 ? 302_400 : span > 4_838_400 ? 4_838_400 : span
  const next = (decodeCompact(old).target * BigInt(clamped)) / 1_209_600n
  return encodeCompact(next > limit ? limit : next)
}

describe('time and version', () => {
  test('TimeAfterMedian', () => {
    const clocks = [0n, 1n, 2n ** 32n - 1n, 1_700_000_000n]
    for (let i = 0; i < 60; i++) {
      const known = 1 + (i % 11)
      const spread = i % 3 === 0 ? 3 : 32
      const times = many(() => Number(random(spread)), known)
      const median = medianTimePast(times)
      for (const time of [BigInt(median), BigInt(median) + 1n, BigInt(median) - 1n, ...clocks]) {
        if (time < 0n || time >= 2n ** 32n) continue
        const input = { active: 1n, time, last: paddedTimes(times) }
        expect(circuit('time-after-median').run(input) !== undefined).toBe(time > BigInt(median))
        expect(circuit('time-after-median').run({ ...input, active: 0n })).toBeDefined()
      }
    }
  })

  test('VersionAtLeast', () => {
    const rule = [100, 200, 300] as const
    const params = { v2Height: rule[0], v3Height: rule[1], v4Height: rule[2] } as Parameters<typeof requiredVersion>[0]
    const versions = [-(2 ** 31), -(2 ** 31) + 4, -1, 0, 1, 2, 3, 4, 5, 0x20000000, 2 ** 31 - 1]
    for (const height of [0, 99, 100, 101, 199, 200, 299, 300, 2 ** 32 - 1]) {
      for (const version of [...versions, ...many(() => Number(random(32)) | 0, 5)]) {
        const input = { active: 1n, height, rule, bit: bitsOf(BigInt(version >>> 0), 32) }
        const accepted = circuit('version-at-least').run(input) !== undefined
        expect(accepted).toBe(version >= (requiredVersion(params, height) ?? version))
        expect(circuit('version-at-least').run({ ...input, active: 0n })).toBeDefined()
      }
    }
  })
})

/** The hash's number as SHA-256's eight words, bits least significant first. */
function hashWords(hash: bigint): bigint[][] {
  const words: bigint[][] = Array.from({ length: 8 }, () => [])
  for (let b = 0; b < 256; b++) {
    const byte = Math.floor(b / 8)
    words[Math.floor(byte / 4)]![8 * (3 - (byte % 4)) + (b % 8)] = (hash >> BigInt(b)) & 1n
  }
  return words
}
