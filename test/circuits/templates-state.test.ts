import { beforeAll, describe, expect, test } from 'vitest'
import { decodeCompact, mainnet, packParams, regtest, signet } from '../../src/bitcoin/index.ts'
import { append, emptyAccumulator, leafHash, openForAppend, openList } from '../../src/bus/accumulator.ts'
import { FIELD_MODULUS as P } from '../../src/bus/field.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { bitsOf, randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

const random = randomNumbers(77n)
const NAMES = ['unpack-params', 'unpack-32', 'unpack-hash', 'pack-hash', 'little-endian', 'append'] as const
const circuits = new Map<string, TemplateCircuit>()
const run = (name: (typeof NAMES)[number], ...input: Parameters<TemplateCircuit['run']>) =>
  circuits.get(name)!.run(...input)
beforeAll(async () => {
  for (const name of NAMES) circuits.set(name, await loadTemplate(name))
}, 120_000)

/** A number's 32 bytes, little-endian, as eight big-endian words: what DataView reads. */
function words(value: bigint): bigint[][] {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
  const view = new DataView(bytes.buffer)
  return Array.from({ length: 8 }, (_, j) => bitsOf(BigInt(view.getUint32(4 * j)), 32))
}

describe('the packed state', () => {
  test('UnpackParams of every network', () => {
    for (const params of [mainnet, signet, regtest, { ...signet, custom: true, epochLength: 2 ** 32 - 1 }]) {
      const { limitCompact, retargeting, epochLength, v2Height, v3Height, v4Height } = params
      const target = decodeCompact(limitCompact).target >> 112n
      const expected = [limitCompact, target, Number(retargeting), epochLength, v2Height, v3Height, v4Height].map(
        BigInt,
      )
      expect(run('unpack-params', { in: packParams(params) })).toEqual(expected)
      expect(run('unpack-params', { in: packParams(params) + (1n << 162n) })).toBeUndefined()
    }
  })

  test('Unpack32(7)', () => {
    for (let i = 0; i < 20; i++) {
      const fields = Array.from({ length: 7 }, () => (i === 0 ? 2n ** 32n - 1n : random(32)))
      const packed = fields.reduceRight((sum, field) => (sum << 32n) | field, 0n)
      expect(run('unpack-32', { in: packed })).toEqual(fields)
      expect(run('unpack-32', { in: packed + 2n ** 224n })).toBeUndefined()
      expect(run('unpack-32', { in: packed - 2n ** 224n })).toBeUndefined()
    }
  })

  test('UnpackHash and PackHash are inverse and read bytes as SHA-256 does', () => {
    const mask = 2n ** 128n - 1n
    for (let i = 0; i < 20; i++) {
      const value = i === 0 ? 2n ** 256n - 1n : random(256)
      const halves = { high: value >> 128n, low: value & mask }
      expect(run('unpack-hash', halves)).toEqual(words(value).flat())
      expect(run('pack-hash', { word: words(value) })).toEqual([halves.high, halves.low])
      expect(run('unpack-hash', { ...halves, low: halves.low + 2n ** 128n })).toBeUndefined()
    }
  })

  test('LittleEndian', () => {
    const view = new DataView(new ArrayBuffer(4))
    for (const value of [0n, 1n, 0x80000000n, 0xffffffffn, ...Array.from({ length: 20 }, () => random(32))]) {
      view.setUint32(0, Number(value))
      expect(run('little-endian', { bit: bitsOf(value, 32) })).toEqual([BigInt(view.getUint32(0, true))])
    }
  })
})

describe('Append', () => {
  test('twenty leaves, as the accumulator has them', () => {
    let list = append(poseidon, emptyAccumulator(poseidon), [0n, 1n, 2n])
    for (let height = 1; height <= 20; height++) {
      const [[root, size, rest], [nextRoot, nextSize, nextRest]] = openForAppend(list)
      const leaf = [random(253), random(253), random(253)] as const
      const input = {
        leaf: leafHash(poseidon, leaf),
        whole: list.commitment,
        root,
        size,
        rest,
        nextRoot,
        nextSize,
        nextRest,
      }
      list = append(poseidon, list, leaf)
      expect(run('append', input)).toEqual([...openList(list), list.commitment])
      expect(run('append', { ...input, nextSize: nextSize + 1n })).toBeUndefined()
      expect(run('append', { ...input, rest: (rest + 1n) % P })).toBeUndefined()
    }
  })
})
