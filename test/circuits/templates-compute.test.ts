import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { blockHash } from '../../src/bitcoin/index.ts'
import { FIELD_MODULUS as P } from '../../src/bus/field.ts'
import { resultBytes } from '../../src/compute/input/result-bytes.ts'
import { compileCircom } from '../../src/proving/io/index.ts'
import { commitmentOf } from '../compute/digits.ts'
import { inBits } from './forgeries/forgery.ts'
import { free } from './hints.ts'
import { argmax } from './model/compute/argmax.ts'
import { bytesCommitment } from './model/compute/bytes-commitment.ts'
import { requantisedRelu } from './model/compute/requantised-relu.ts'
import { resultInput } from './model/compute/result-input.ts'
import type { Lies } from './model/signals.ts'
import { randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

// What graphs/digits is made of, each template as a circuit of its own.
let [relu, most, bytes, other] = [] as unknown as readonly TemplateCircuit[] as [
  TemplateCircuit,
  TemplateCircuit,
  TemplateCircuit,
  TemplateCircuit,
]
beforeAll(async () => {
  relu = await loadTemplate('requantised-relu')
  most = await loadTemplate('argmax')
  bytes = await loadTemplate('bytes-commitment')
  other = await loadTemplate('result-input')
}, 120_000)

const random = randomNumbers(784n)

test.each([
  ['requantised-relu', 'RequantisedRelu(8, 0)'],
  ['requantised-relu', 'RequantisedRelu(254, 3)'],
  ['argmax', 'Argmax(1, 8)'],
])('%s: %s, for which it says nothing, does not compile', async (file, template) => {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-template-'))
  const main = join(folder, 'main.circom')
  await writeFile(
    main,
    `pragma circom 2.1.6;\ninclude "wsc-bitcoin/circuits/compute/${file}.circom";\ncomponent main = ${template};\n`,
  )
  await expect(compileCircom(main)).rejects.toMatchObject({ code: 'E_CIRCUIT' })
  await rm(folder, { recursive: true })
})

describe('RequantisedRelu(8, 3)', () => {
  const refusals = (input: bigint, lies: Lies) => relu.refusals((s) => requantisedRelu(s, 8, 3, input), lies)

  test('is the quotient of every number in range, 0 of negative ones, and of no other number', () => {
    for (let input = -300n; input < 300n; input++) {
      const inRange = input >= -256n && input < 256n
      expect(relu.run({ in: input })).toEqual(inRange ? [input < 0n ? 0n : input / 8n] : undefined)
    }
    for (const input of [P / 2n, P / 2n + 1n, 2n ** 64n, -(2n ** 64n)]) expect(relu.run({ in: input })).toBeUndefined()
  })

  test('leaves nothing free', () => {
    expect(free(relu, /^main\.in$/, [])).toEqual([])
  })

  test('refuses another quotient, remainder or sign', () => {
    // 100 + 2^8 in bits from the second one on; what is lacking lands in the lowest.
    const told = (sum: bigint) => inBits('main.bit', sum >> 1n, 8)
    expect(refusals(100n, told(356n))).toEqual([])
    for (const other of [356n + 8n, 356n - 8n, 356n + 2n, 356n - 2n, 356n - 256n]) {
      expect(refusals(100n, told(other))).toEqual(['main: in range'])
    }
    expect(refusals(-100n, told(156n + 256n))).toEqual(['main: in range'])
    expect(refusals(100n, { 'main.out': (value) => value + 1n })).toEqual(['main: out'])
    expect(refusals(-100n, { 'main.out': 19n })).toEqual(['main: out'])
  })

  test('refuses bits that are none, whatever their sum', () => {
    // The sign taken off, and its weight put into the bit below it; or a step of the quotient into the remainder.
    const sign = { 'main.bit[7]': 0n, 'main.bit[6]': (bit: bigint) => bit + 2n }
    expect(refusals(100n, sign)).toEqual(['main: bit[6] is 0 or 1'])
    const step = { 'main.bit[2]': (bit: bigint) => bit - 1n, 'main.bit[1]': (bit: bigint) => bit + 2n }
    expect(refusals(104n, step)).toEqual(['main: bit[1] is 0 or 1'])
  })
})

describe('Argmax(4, 8)', () => {
  const refusals = (input: readonly bigint[], lies: Lies) => most.refusals((s) => argmax(s, 8, input), lies)
  const first = (input: readonly bigint[]) => BigInt(input.indexOf(input.reduce((a, b) => (a > b ? a : b))))

  test('is the first of the greatest', () => {
    const rows = Array.from({ length: 256 }, (_, i) => [0, 2, 4, 6].map((at) => BigInt((i >> at) & 3)))
    rows.push(...Array.from({ length: 50 }, () => Array.from({ length: 4 }, () => random(8))))
    rows.push([0n, 0n, 0n, 255n], [255n, 0n, 255n, 255n], [254n, 255n, 254n, 255n])
    for (const input of rows) expect(most.run({ in: input })).toEqual([first(input)])
  })

  test('refuses numbers that differ by more than it compares', () => {
    expect(most.run({ in: [0n, 256n, 1n, 256n] })).toEqual([1n])
    expect(most.run({ in: [0n, 257n, 257n, 257n] })).toBeUndefined()
    expect(most.run({ in: [256n, 0n, 0n, 0n] })).toBeUndefined()
    expect(most.run({ in: [0n, P - 1n, 0n, P / 2n] })).toBeUndefined()
  })

  test('leaves nothing free', () => {
    expect(free(most, /^main\.in\[/, [])).toEqual([])
  })

  test('refuses a smaller one, and a later one of equals', () => {
    const claim = (at: number, outcome: bigint): Lies => ({ [`main.greater[${at}].claim`]: outcome })
    const refused = (at: number) => [`main.greater[${at}]: bit[0] is 0 or 1`]
    expect(refusals([7n, 9n, 9n, 3n], {})).toEqual([])
    expect(refusals([7n, 9n, 9n, 3n], claim(0, 0n))).toEqual(refused(0))
    expect(refusals([7n, 9n, 9n, 3n], claim(1, 1n))).toEqual(refused(1))
    expect(refusals([7n, 9n, 9n, 3n], claim(2, 1n))).toEqual(refused(2))
    expect(refusals([7n, 9n, 9n, 3n], { 'main.greatest[1]': 7n })).toEqual(['main: greatest[1]'])
    expect(refusals([7n, 9n, 9n, 3n], { 'main.at[2]': 2n })).toEqual(['main: at[2]'])
    expect(refusals([7n, 9n, 9n, 3n], { 'main.out': 2n })).toEqual(['main: at[3]'])
  })
})

describe('BytesCommitment(40)', () => {
  const some = Array.from({ length: 40 }, () => random(8))
  const commitment = (values: readonly bigint[]) => commitmentOf(Uint8Array.from(values, Number))
  const refusals = (input: readonly bigint[], lies: Lies) => bytes.refusals((s) => bytesCommitment(s, input), lies)

  test('is the chain of the bytes', () => {
    for (const input of [some, some.map(() => 0n), some.map(() => 255n)]) {
      expect(bytes.run({ in: input })).toEqual([commitment(input)])
    }
  })

  test('tells numbers of bytes apart', () => {
    const zeros = (length: number) => commitmentOf(new Uint8Array(length))
    expect(new Set([0, 1, 31, 32, 403, 404, 434].map(zeros)).size).toBe(7)
  })

  test('refuses what is no byte, though it fits into the element', () => {
    for (const value of [256n, -1n, P / 2n]) {
      const input = some.with(30, value)
      expect(bytes.run({ in: input })).toBeUndefined()
      expect(refusals(input, {})).toEqual(['main.byte[30]: in range'])
      expect(refusals(input, { 'main.byte[30].absorb': 1n })).toEqual(['main.byte[30]: bit[0] is 0 or 1'])
    }
    // The same element, with a byte that took 256 off its neighbour.
    const borrowed = some.with(3, some[3]! - 1n).with(2, some[2]! + 256n)
    expect(refusals(borrowed, {})).toEqual(['main.byte[2]: in range'])
  })

  test('leaves nothing free', () => {
    expect(free(bytes, /^main\.in\[/, [])).toEqual([])
  })

  test('refuses what other bytes commit to', () => {
    const other = commitment(some.with(39, (some[39]! + 1n) % 256n))
    expect(refusals(some, { 'main.out': other })).toEqual([expect.stringMatching(/^main\.link\[0\]\.sigmaF\[7\]/)])
  })
})

describe('ResultInput(2)', () => {
  const about = {
    program: new Uint8Array(32).fill(7),
    height: 0xff00_0102,
    blockHash: blockHash(new Uint8Array(32).fill(9)),
  }
  const made = (values: readonly bigint[]) => resultBytes(about, values)
  const read = (values: readonly bigint[]) => [...made(values)].map(BigInt)
  const refusals = (values: readonly bigint[], lies: Lies) => other.refusals((s) => resultInput(s, read(values)), lies)

  test('takes apart what the verifier puts together', () => {
    for (const values of [
      [5n, 7n],
      [0n, 0n],
      [P - 1n, 1n << 200n],
    ]) {
      expect(other.run({ in: read(values) })).toEqual([commitmentOf(made(values)), BigInt(about.height), ...values])
      expect(refusals(values, {})).toEqual([])
    }
  })

  test('refuses another height or value than the bytes say, and what is no byte', () => {
    const byte = { 'main.in[68]': (value: bigint) => value + 256n, 'main.in[69]': (value: bigint) => value - 1n }
    expect(refusals([300n, 7n], byte).length).toBeGreaterThan(0)
    expect(other.run({ in: read([300n, 7n]).with(68, 300n).with(69, 0n) })).toBeUndefined()
    for (const name of ['main.height', 'main.value[0]', 'main.value[1]', 'main.commitment']) {
      expect(refusals([5n, 7n], { [name]: (value: bigint) => value + 1n }).length).toBeGreaterThan(0)
    }
  })

  test('leaves nothing free', () => {
    // Sums of bytes stand in the place of one of them each.
    expect(free(other, /^main\.(in|value)\[|^main\.height$/, [])).toEqual([])
  })
})
