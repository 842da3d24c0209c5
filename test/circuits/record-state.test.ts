import { beforeAll, describe, expect, test } from 'vitest'
import { type ListedRecord, listOf, recordOutputs } from '../compute/record-state.ts'
import { constraintNames } from './constraint-names.ts'
import { free } from './hints.ts'
import { recordState } from './model/compute/record-state.ts'
import type { Lies } from './model/signals.ts'
import { randomNumbers } from './random.ts'
import { countByPart } from './storage-circuit.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

const SLOTS = 4
let circuit: TemplateCircuit
beforeAll(async () => {
  circuit = await loadTemplate('record-state')
}, 120_000)

const random = randomNumbers(31n)
const bytes = (count: number) => Uint8Array.from({ length: count }, () => Number(random(8)))
const [alice, bob, app, other] = [bytes(32), bytes(32), bytes(32), bytes(32)]
const record = (author: Uint8Array, seq: number | bigint, program = app): ListedRecord => ({
  ...{ author, program, seq: BigInt(seq), message: bytes(32) },
})
const big = (list: Uint8Array) => Array.from(list, BigInt)
const run = (records: readonly ListedRecord[]) => circuit.run({ in: big(listOf(records, SLOTS)) })
const refusals = (records: readonly ListedRecord[], lies: Lies = {}) =>
  circuit.refusals((s) => recordState(s, SLOTS, big(listOf(records, SLOTS))), lies)

/** One byte of a record changed. */
const flipped = (key: Uint8Array, at: number) => key.with(at, key[at]! ^ 1)

describe('RecordState(4)', () => {
  test('has a name for each constraint', () => {
    const names = constraintNames(circuit.r1cs, (s) => recordState(s, SLOTS, big(listOf([], SLOTS))))
    expect(names).toHaveLength(circuit.r1cs.constraints)
    expect(countByPart(names)).toMatchObject({ commitment: 8 * 418 + 2 * 609 - 3 * 17, newer: 4 * 65, sameHead: 12 })
  })

  test.each<[string, readonly ListedRecord[], bigint, bigint]>([
    ['no record', [], 0n, 0n],
    ['a first one with seq 0', [record(alice, 0)], 1n, 1n],
    ['a first one with the greatest seq', [record(alice, 2n ** 64n - 1n)], 1n, 1n],
    ['rising seqs', [record(alice, 0), record(alice, 1), record(alice, 7)], 3n, 1n],
    ['equal seqs', [record(alice, 5), record(alice, 5)], 1n, 1n],
    ['a seq that falls, then one between', [record(alice, 9), record(alice, 3), record(alice, 8)], 1n, 1n],
    ['lines that alternate', [record(alice, 4), record(bob, 2), record(alice, 3), record(bob, 3)], 3n, 2n],
    ['one author in two programs', [record(alice, 4), record(alice, 4, other)], 2n, 2n],
    [
      'the greatest seq, then the one before it',
      [record(alice, 2n ** 64n - 1n), record(alice, 2n ** 64n - 2n)],
      1n,
      1n,
    ],
    ...[0, 21, 22, 31].map((at): [string, ListedRecord[], bigint, bigint] => [
      `authors that differ in byte ${at}`,
      [record(alice, 4), record(flipped(alice, at), 4)],
      2n,
      2n,
    ]),
    ...[0, 11, 12, 31].map((at): [string, ListedRecord[], bigint, bigint] => [
      `programs that differ in byte ${at}`,
      [record(alice, 4), record(alice, 4, flipped(app, at))],
      2n,
      2n,
    ]),
  ])('counts %s', (_what, records, counted, lines) => {
    expect(run(records)?.slice(1, 3)).toEqual([counted, lines])
    expect(run(records)).toEqual(recordOutputs(records, SLOTS))
  })

  test('says what the reference says of any list', () => {
    for (let i = 0; i < 60; i++) {
      const records = Array.from({ length: Number(random(8)) % (SLOTS + 1) }, () =>
        record(random(1) === 0n ? alice : bob, random(2), random(2) === 0n ? other : app),
      )
      expect(run(records)).toEqual(recordOutputs(records, SLOTS))
    }
  })

  test('refuses a list of more records than it has slots, and bytes that are none', () => {
    const list = big(listOf([record(alice, 1)], SLOTS))
    expect(circuit.run({ in: list.with(0, 5n) })).toBeUndefined()
    expect(circuit.run({ in: list.with(1, 1n) })).toBeUndefined()
    expect(circuit.run({ in: list.with(0, 256n) })).toBeUndefined()
    expect(circuit.run({ in: list.with(5, 256n) })).toBeUndefined()
  })

  test('leaves nothing free', () => {
    const present = {
      wires: /^main\.present\[/,
      argument: 'RecordState: bits, none of them 1 after a 0, whose sum is how many records the list says it has.',
    }
    const left = free(circuit, /^main\.in\[/, [present])
    // The inverse of zero, in IsZero: it stands in one equation, times zero, and nowhere else.
    expect(left.filter((wire) => !/^main\.same(Head|Middle|Tail)\[\d\]\[\d\]\.inverse$/.test(wire))).toEqual([])
  })

  describe('refuses', () => {
    const two = [record(alice, 5), record(alice, 6), record(bob, 1)]
    const old = [record(alice, 5), record(alice, 5), record(bob, 1)]

    test('nothing that is honest', () => {
      expect(refusals(two)).toEqual([])
      expect(refusals(old)).toEqual([])
    })

    test.each<[string, readonly ListedRecord[], Lies, string[]]>([
      [
        'a record that is left out',
        two,
        { 'main.present[2]': 0n },
        ['main: present[3] only after another', 'main: stands[3][3]'],
      ],
      ['one record more', two, { 'main.present[3]': 1n }, ['main: stands[3][3]']],
      [
        'a gap in the list',
        two,
        { 'main.present[1]': 0n, 'main.present[3]': 1n },
        ['main: present[2] only after another'],
      ],
      [
        'a presence that is no bit',
        two,
        { 'main.present[2]': 2n },
        [
          'main: present[2] is 0 or 1',
          'main: present[3] is 0 or 1',
          'main: present[3] only after another',
          'main: stands[3][3]',
        ],
      ],
      ['an equal seq for a newer one', old, { 'main.newer[1].claim': 1n }, ['main.newer[1]: bit[0] is 0 or 1']],
      ['a newer seq for an old one', two, { 'main.newer[1].claim': 0n }, ['main.newer[1]: bit[0] is 0 or 1']],
      ['one line for two', old, { 'main.sameHead[1][0].out': 0n }, ['main.sameHead[1][0]: inverse']],
      ['another inverse of zero, which says nothing', old, { 'main.sameHead[1][0].inverse': 5n }, []],
      [
        'another inverse of a difference',
        two,
        { 'main.sameHead[2][0].inverse': 5n },
        ['main.sameHead[2][0]: in or out is 0'],
      ],
      [
        'two lines for one',
        two,
        { 'main.sameHead[2][0].out': 1n },
        ['main.sameHead[2][0]: inverse', 'main.sameHead[2][0]: in or out is 0'],
      ],
      ['half a line that differs', old, { 'main.sameHalf[1][0]': 0n }, ['main: sameHalf[1][0]']],
      ['a line that differs', old, { 'main.same[1][0]': 0n }, ['main: same[1][0]']],
      ['a record that does not fall', two, { 'main.falls[1][0]': 0n }, ['main: falls[1][0]']],
      ['another seq before', old, { 'main.before[1][0]': 0n }, ['main: before[1][0]']],
      ['a record that stands on', two, { 'main.stands[1][0]': 1n }, ['main: stands[1][0]']],
      ['an old record that counts', old, { 'main.stands[1][1]': 1n }, ['main: stands[1][1]']],
      ['another record that stands', two, { 'main.shown[5]': 7n }, ['main: shown[5]']],
      ['another state', two, { 'main.state': 7n }, ['main.link[1].sigmaF[7][16]: out']],
      ['another list', two, { 'main.list': 7n }, ['main.commitment.link[1].sigmaF[7][16]: out']],
      [
        'another number that count',
        two,
        { 'main.counted': 7n },
        [
          'main: stands[3][3]',
          'main: stands[3][2]',
          'main: shown[10]',
          'main: shown[11]',
          'main: shown[12]',
          'main: shown[13]',
          'main: shown[14]',
        ],
      ],
      [
        'another number of lines',
        two,
        { 'main.lines': 7n },
        [
          'main: stands[3][2]',
          'main: shown[10]',
          'main: shown[11]',
          'main: shown[12]',
          'main: shown[13]',
          'main: shown[14]',
        ],
      ],
    ])('%s', (_what, records, lies, refusedBy) => {
      expect(refusals(records, lies)).toEqual(refusedBy)
    })
  })
})
