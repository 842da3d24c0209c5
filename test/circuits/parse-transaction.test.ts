import { beforeAll, describe, expect, test } from 'vitest'
import { scriptElements } from '../../src/compute/transactions/wanted-script.ts'
import { plainPayments } from '../compute/plain-payments.ts'
import { rawTransaction } from '../support/raw-transaction.ts'
import { templateCounts } from './constraint-counts.ts'
import { behindFirst, parseForgeries, twoBlocks, WANTED } from './forgeries/parse-transaction.ts'
import { parseBlock, type Registers } from './model/compute/parse-transaction.ts'
import { blockBytes, paddedBlocks, parseStart } from './parse-scene.ts'
import { randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

// Whole transactions, block after block, through the parser alone; its forgeries are among those of payments.
let block: TemplateCircuit
let four: TemplateCircuit
beforeAll(async () => {
  four = await loadTemplate('parse-four')
  block = await loadTemplate('parse-block')
}, 120_000)

const REGISTERS = Object.keys(parseStart)
const random = randomNumbers(250n)
const below = (bound: number) => Number(random(32)) % bound
const some = (length: number) => Uint8Array.from({ length }, () => below(256))
const script = (length: number) => Uint8Array.from({ length }, (_, i) => 3 * i + 1)

/** What the circuit makes of blocks; null where it refuses one, or comes to no end. */
function parse(blocks: Uint8Array, wanted: Uint8Array) {
  let registers: bigint[] = Object.values(parseStart)
  const paid = { outputs: 0n, sum: 0n }
  for (let at = 0; at < blocks.length; at += 64) {
    const input = {
      ...{ active: 1, byte: blockBytes(blocks, at / 64), blocks: at / 64 },
      script: scriptElements(wanted),
      ...Object.fromEntries(REGISTERS.map((name, i) => [name, registers[i]!])),
    }
    const out = block.run(input)
    if (out === undefined) return null
    const [next, ...rest] = out.slice(0, 8) as [bigint, ...bigint[]]
    const [matched, sum, ended] = out.slice(8) as [bigint, bigint, bigint]
    paid.outputs += matched
    paid.sum += sum
    if (ended === 1n) return at + 64 === blocks.length ? paid : null
    registers = [next - 64n, ...rest]
  }
  return null
}

const parsed = (bytes: Uint8Array, wanted: Uint8Array) => parse(paddedBlocks(bytes), wanted)
const outputs = (scripts: readonly Uint8Array[]) =>
  scripts.map((own, i) => ({ value: BigInt(i + 1) * 1_000_003n, script: own }))
const simple = (scripts: readonly Uint8Array[], input = 0) =>
  rawTransaction({ inputs: [some(input)], outputs: outputs(scripts) })

/** As the plain parser has it, which accepts what was made here. */
function agrees(bytes: Uint8Array, wanted: Uint8Array, accepted = true) {
  const plain = plainPayments(bytes, wanted)
  expect(plain !== null).toBe(accepted)
  expect(parsed(bytes, wanted)).toEqual(plain)
  return plain
}

describe('ParseBlock', () => {
  test('has its exact number of constraints, and so has ParseFour', () => {
    expect(four.constraints).toEqual(templateCounts['parse-four'])
    expect(block.constraints).toEqual(templateCounts['parse-block'])
  })

  test.each([0, 1, 2, 3, 4, 20, 22, 23, 25, 31, 32, 34, 35, 61, 62])('finds a script of %i bytes', (length) => {
    const wanted = script(length)
    const others = [
      ...(length > 0 ? [wanted.with(0, 0), wanted.with(length - 1, 255), script(length - 1)] : []),
      ...(length > 1 ? [wanted.with(1, 255), wanted.with(length - 2, 0)] : []),
      script(length + 1),
    ]
    for (let shift = 0; shift < 5; shift++) {
      const paid = agrees(simple([wanted, ...others, wanted, wanted], shift), wanted)
      expect(paid?.outputs).toBe(3n)
    }
    expect(agrees(simple(others), wanted)?.outputs).toBe(0n)
  })

  test.each([0, 1, 251, 252, 253, 254, 255, 256, 65_535, 65_536])('skips scripts of %i bytes', (length) => {
    const wanted = script(22)
    agrees(simple([wanted, some(length), wanted], length % 65_521), wanted)
  })

  test.each([1, 2, 252, 253, 256])('reads %i inputs and outputs', (count) => {
    const wanted = new Uint8Array()
    const inputs = Array.from({ length: count }, () => some(below(3)))
    const scripts = Array.from({ length: count }, (_, i) => some(i % 3 === 0 ? 0 : 1))
    agrees(rawTransaction({ inputs, outputs: outputs(scripts) }), wanted)
  })

  test('comes to the end wherever it lies in a block', () => {
    const wanted = script(22)
    for (let length = 0; length < 70; length++) {
      const bytes = simple([wanted], length)
      // 92 bytes and more: never 64.
      expect(agrees(bytes, wanted)?.outputs).toBe(1n)
    }
  })

  test('counts no output that stands within the script of an input', () => {
    const wanted = script(22)
    const inner = rawTransaction({ inputs: [], outputs: outputs([wanted, wanted]) }).subarray(5)
    for (let shift = 0; shift < 8; shift++) {
      const bytes = rawTransaction({
        inputs: [Buffer.concat([some(shift), inner])],
        outputs: outputs([some(22), some(5)]),
      })
      expect(agrees(bytes, wanted)?.outputs).toBe(0n)
    }
  })

  test('adds up the greatest values', () => {
    const values = [2n ** 64n - 1n, 0n, 21_000_000n * 10n ** 8n]
    const bytes = rawTransaction({ inputs: [some(1)], outputs: values.map((value) => ({ value, script: script(25) })) })
    expect(agrees(bytes, script(25))).toEqual({ outputs: 3n, sum: values.reduce((a, b) => a + b) })
  })

  test('agrees on random transactions, and on what becomes of them when bytes change', () => {
    const accepted = { whole: 0, changed: 0 }
    for (let i = 0; i < 50; i++) {
      const wanted = some(below(4))
      const bytes = rawTransaction({
        inputs: Array.from({ length: 1 + below(3) }, () => some(below(40))),
        outputs: outputs(Array.from({ length: 1 + below(6) }, () => (below(2) === 0 ? wanted : some(below(40))))),
      })
      if (bytes.length === 64) continue
      agrees(bytes, wanted)
      accepted.whole++
      for (let change = 0; change < 4; change++) {
        const changed = bytes.with(below(bytes.length), below(4) === 0 ? 253 + below(3) : below(256))
        const other = change === 3 ? changed.subarray(0, bytes.length - 1 - below(5)) : changed
        const plain = plainPayments(other, wanted)
        expect(parsed(other, wanted)).toEqual(plain)
        if (plain !== null) accepted.changed++
      }
    }
    expect(accepted.whole).toBeGreaterThan(40)
    expect(accepted.changed).toBeGreaterThan(10)
  })
})

describe('refuses', () => {
  const wanted = script(22)
  const bytes = simple([wanted, wanted], 1)
  /** Where the number of inputs stands, the length of its script, and the number of outputs. */
  const [INPUTS, INPUT, OUTPUTS] = [4, 41, 47]
  const insert = (at: number, more: readonly number[], drop = 1) =>
    Uint8Array.from([...bytes.subarray(0, at), ...more, ...bytes.subarray(at + drop)])

  test.each([
    ['no input: the marker of a witness, and its flag', insert(INPUTS, [0, 1], 0)],
    ['no input', rawTransaction({ inputs: [], outputs: outputs([wanted]) })],
    ['no output', rawTransaction({ inputs: [some(9)], outputs: [] })],
    ['a number of inputs in three bytes', insert(INPUTS, [253, 1, 0])],
    ['a number of inputs in five bytes', insert(INPUTS, [254, 1, 0, 0, 0])],
    ['a number of inputs in nine bytes', insert(INPUTS, [255, 1, 0, 0, 0, 0, 0, 0, 0])],
    ['a length in three bytes', insert(INPUT, [253, 1, 0])],
    ['252 in three bytes', insert(INPUT, [253, 252, 0, ...some(251)])],
    ['65,535 in five bytes', insert(INPUT, [254, 255, 255, 0, 0, ...some(65_534)])],
    ['a number of outputs in three bytes', insert(OUTPUTS, [253, 2, 0])],
    ['a byte behind the end', insert(bytes.length, [0], 0)],
    ['an end too early', bytes.subarray(0, bytes.length - 1)],
    ['an output more than there are', bytes.with(OUTPUTS, 3)],
    ['an output less than there are', bytes.with(OUTPUTS, 1)],
  ])('%s', (_, changed) => {
    agrees(changed, wanted, false)
  })

  test('a transaction of 64 bytes, but not its neighbours', () => {
    for (let length = 0; length < 8; length++) {
      const small = simple([some(length)])
      expect(small.length).toBe(60 + length)
      expect(parsed(small, wanted)).toEqual(length === 4 ? null : { outputs: 0n, sum: 0n })
    }
  })

  test('padding that is none', () => {
    const blocks = paddedBlocks(bytes)
    expect(parse(blocks, wanted)).not.toBeNull()
    const last = blocks.length - 1
    for (let at = bytes.length; at <= last; at++) {
      for (const bit of [1, 128]) {
        const changed = blocks.with(at, blocks[at]! ^ bit)
        expect(parse(changed, wanted)).toBeNull()
      }
    }
    // A block that is not needed, and one that is left out.
    expect(parse(Uint8Array.from([...blocks, ...new Uint8Array(64)]), wanted)).toBeNull()
    expect(parse(blocks.subarray(0, last - 63), wanted)).toBeNull()
  })
})

// Each is a complete witness vector of one block, held against the compiled R1CS and nothing else.
test.each(parseForgeries)('$name', ({ block: at, bytes, before, active = 1n, lies, refusedBy }) => {
  const honest = at === 0 ? parseStart : secondBlock()
  const byte = blockBytes(twoBlocks, at)
  for (const [position, value] of Object.entries(bytes ?? {})) byte[12 + Number(position)] = BigInt(value)
  const given = { active, bytes: byte, blocks: BigInt(at), script: scriptElements(WANTED) }
  const got = block.refusals((s) => void parseBlock(s, given, { ...honest, ...before }), lies)
  expect(got).toEqual(refusedBy)
})

/** Registers as the first block leaves them. */
function secondBlock(): Registers {
  const byte = blockBytes(twoBlocks, 0)
  const out = block.run({ active: 1, byte, blocks: 0, script: scriptElements(WANTED), ...parseStart })!
  const [next, , , , , , even, odd] = out as bigint[]
  expect(out.slice(1, 6)).toEqual([
    behindFirst.left,
    behindFirst.open,
    behindFirst.lists,
    behindFirst.pending,
    behindFirst.amount,
  ])
  expect(next).toBe(behindFirst.next + 64n)
  return { ...behindFirst, even: even!, odd: odd! }
}
