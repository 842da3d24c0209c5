import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import { H, K, paddingWord, smallSigma0, smallSigma1 } from './model/sha256-constants.ts'
import { bitsOf, randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

const random = randomNumbers(256n)
const WORD = 2n ** 32n
const circuits: TemplateCircuit[] = []
let reduceWord: TemplateCircuit
beforeAll(async () => {
  for (const block of [0, 1, 2]) circuits.push(await loadTemplate(`compression-${block}`))
  reduceWord = await loadTemplate('reduce-word')
}, 120_000)

const rotate = (x: bigint, n: bigint) => ((x >> n) | (x << (32n - n))) & (WORD - 1n)

/** FIPS 180-4 §6.2.2, as it stands there. */
function compress(iv: readonly bigint[], words: readonly bigint[]): bigint[] {
  const w = [...words]
  for (let t = 16; t < 64; t++) {
    w[t] = (smallSigma1(w[t - 2]!) + w[t - 7]! + smallSigma0(w[t - 15]!) + w[t - 16]!) % WORD
  }
  let [a, b, c, d, e, f, g, h] = iv as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & (WORD - 1n) & g)
    const t1 = h + (rotate(e, 6n) ^ rotate(e, 11n) ^ rotate(e, 25n)) + choice + K[t]! + w[t]!
    const t2 = (rotate(a, 2n) ^ rotate(a, 13n) ^ rotate(a, 22n)) + ((a & b) ^ (a & c) ^ (b & c))
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) % WORD, c, b, a, (t1 + t2) % WORD]
  }
  return [a, b, c, d, e, f, g, h].map((word, k) => (word + iv[k]!) % WORD)
}

test('the reference is SHA-256', () => {
  const block = Uint8Array.from({ length: 64 }, (_, i) => (i < 55 ? 7 * i : 0))
  block[55] = 0x80
  new DataView(block.buffer).setUint32(60, 55 * 8)
  const view = new DataView(block.buffer)
  const words = Array.from({ length: 16 }, (_, t) => BigInt(view.getUint32(4 * t)))
  const digest = compress(H, words).map((word) => word.toString(16).padStart(8, '0'))
  expect(digest.join('')).toBe(createHash('sha256').update(block.subarray(0, 55)).digest('hex'))
})

describe.each([0, 1, 2] as const)('Compression(%i)', (block) => {
  // Words that are only added may come unreduced; these are the greatest multiples of 2^32 on top.
  const firstExtra = block === 2 ? 11n : 0n
  const bounds = [12n, 2n, 2n, block === 1 ? 3n : 2n, 10n, 2n, 2n, block === 1 ? 3n : 2n]

  test.each(['random', 'zeros', 'ones'])('is congruent to SHA-256 and below its bounds: %s', (kind) => {
    for (let i = 0; i < (kind === 'random' ? 4 : 1); i++) {
      const draw = () => (kind === 'random' ? random(32) : kind === 'ones' ? WORD - 1n : 0n)
      const words = Array.from({ length: 16 }, (_, t) => paddingWord(block, t) ?? draw())
      const iv = block === 1 ? Array.from({ length: 8 }, draw) : H
      const unread = (k: number) => k % 4 === 3
      const out = circuits[block]!.run({
        bit: words.map((word) => bitsOf(word, 32)),
        first: words[0]! + firstExtra * WORD,
        iv: iv.map((word, k) => word + (block === 1 && unread(k) ? WORD : 0n)),
        ivBit: iv.map((word, k) => (unread(k) ? new Array(32).fill(0) : bitsOf(word, 32))),
      })!
      expect(out.map((word) => word % WORD)).toEqual(compress(iv, words))
      out.forEach((word, k) => {
        expect(word).toBeLessThan(bounds[k]! * WORD)
      })
    }
  })
})

test('ReduceWord(12 · 2^32)', () => {
  for (const value of [0n, WORD - 1n, WORD, 12n * WORD - 1n, ...Array.from({ length: 20 }, () => random(35))]) {
    expect(reduceWord.run({ in: value })).toEqual(bitsOf(value % WORD, 32))
  }
  // Four carry bits: what has more is refused.
  for (const value of [16n * WORD, -1n, -WORD, 2n ** 200n]) expect(reduceWord.run({ in: value })).toBeUndefined()
})

test('ReduceWord compiles for bounds alone for which it has a carry', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'wsc-reduce-'))
  const source = relative(dir, fileURLToPath(new URL('../../circuits/lib/sha256-compression.circom', import.meta.url)))
  try {
    for (const max of ['1', '1 << 32', '(1 << 40) + 1']) {
      const main = join(dir, 'main.circom')
      const text = ['pragma circom 2.1.6;', `include "${source}";`, `component main = ReduceWord(${max});`]
      await writeFile(main, text.join('\n'))
      await expect(compileCircom(main)).rejects.toMatchObject({ message: expect.stringContaining('False assert') })
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}, 60_000)
