import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import { compressionsIn } from '../../../src/compute/transactions/compressions.ts'
import { rawTransaction } from '../../support/raw-transaction.ts'
import type { PaymentSignals } from '../model/compute/payments.ts'
import type { Lies } from '../model/signals.ts'
import { blocksOf } from '../payment-scene.ts'
import { WANTED } from './parse-transaction.ts'

/** What a dishonest prover hands in for one step: other inputs, and what he says of other signals. */
export interface PaymentForgery {
  readonly name: string
  /** Which of the scene's steps it is. */
  readonly step: number
  readonly change?: (honest: PaymentSignals) => Partial<PaymentSignals>
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

const pay = (script: Uint8Array, value: bigint) =>
  rawTransaction({ inputs: [new Uint8Array()], outputs: [{ value, script }] })

/**
 * Two blocks, of three transactions and of one. Two of them are counted, by steps of two compressions:
 *
 *   0  the first transaction's two blocks      3  a node, which has the digest on its left; its padding
 *   1  its digest; a node, on its right        4  the root's digest; the second transaction begins
 *   2  padding; a digest                       5  its second block; its digest, which is the root
 */
export const scene = blocksOf([[pay(WANTED, 1n), pay(WANTED, 5_000n), pay(WANTED, 3n)], [pay(WANTED.with(21, 99), 7n)]])
export const counted = [scene.placed(0, 1), scene.placed(1, 0)]

/** A transaction of 64 bytes: its two blocks, of which the first is as long as a node. */
const small = rawTransaction({
  inputs: [Uint8Array.of(1)],
  outputs: [{ value: 9n, script: Uint8Array.of(1, 2, 3) }],
})
const [whole, padding] = [...compressionsIn({ height: 0, index: 0, bytes: small, branch: [] })].map(({ word }) =>
  word.map(BigInt),
) as [bigint[], bigint[]]

const more = (by: bigint) => (value: bigint) => value + by
const flipped = (bit: bigint) => 1n - bit
const words = (slot: number, at: number, word: (honest: bigint) => bigint) => (honest: PaymentSignals) => ({
  word: honest.word.with(slot, honest.word[slot]!.with(at, word(honest.word[slot]![at]!))),
})
const state = (at: number, value: (honest: bigint) => bigint) => (honest: PaymentSignals) => ({
  state: honest.state.with(at, value(honest.state[at]!)),
})
const flag =
  (name: 'begin' | 'right' | 'finish' | 'list', slot: number, value: bigint) =>
  (honest: PaymentSignals): Partial<PaymentSignals> => ({ [name]: honest[name].with(slot, value) })
const climb =
  (change: Partial<Pick<PaymentSignals, 'place' | 'siblings'>>) =>
  (honest: PaymentSignals): Partial<PaymentSignals> => ({
    place: [change.place?.[0] ?? honest.place[0]!, honest.place[1]!],
    siblings: [change.siblings?.[0] ?? honest.siblings[0]!, honest.siblings[1]!],
  })

const ROOT = (slot: number) =>
  ['high', 'low'].map((half) => `main: slot ${slot} finishes at the ${half} half of the root`)
const HISTORY = (slot: number) => `main: slot ${slot} finishes in the history`
const DIGEST = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => `main.slot[1]: word ${k} is of the digest before`)

const changed = (
  name: string,
  step: number,
  change: (honest: PaymentSignals) => Partial<PaymentSignals>,
  refusedBy: readonly string[],
): PaymentForgery => ({ name, step, change, refusedBy })
const lying = (name: string, step: number, lies: Lies, refusedBy: readonly string[]): PaymentForgery => ({
  ...{ name, step, lies, refusedBy },
})

export const paymentForgeries: readonly PaymentForgery[] = [
  ...[0, 1, 2, 3, 4, 5].map((step) => ({ name: `step ${step}, which is valid`, step, refusedBy: [] })),

  // ---------------------------------------------------------------- what follows upon what
  changed('a transaction begins within another', 1, flag('begin', 1, 1n), [
    'main.slot[1]: begin is 0, or 1 where nothing is begun',
  ]),
  changed('two transactions begin at once', 4, flag('begin', 1, 2n), [
    'main.slot[1]: begin is 0, or 1 where nothing is begun',
  ]),
  changed('a turn where no node is', 3, flag('right', 1, 1n), ['main.slot[1]: right is 0, or 1 at a node']),
  changed('half a turn', 1, flag('right', 1, P / 2n + 1n), [
    'main.slot[1]: right is 0, or 1 at a node',
    ...DIGEST,
    'main.slot[1]: the halves differ',
  ]),
  changed('a digest that is not the root finishes', 2, flag('finish', 1, 1n), ROOT(1)),
  changed('a node finishes', 1, flag('finish', 1, 1n), [...ROOT(1), 'main.slot[1]: finish is 0, or 1 at a digest']),
  changed('it finishes twice', 4, flag('finish', 1, 1n), [
    ...ROOT(1),
    'main: one transaction finishes at most',
    'main.slot[1]: finish is 0, or 1 at a digest',
  ]),

  // ---------------------------------------------------------------- transactions of 64 bytes
  changed('a transaction of 64 bytes', 0, () => ({ word: [whole, padding] }), [
    'main.slot[1].parse: the length is not 64',
  ]),
  changed(
    'a node that has the form of a transaction of 64 bytes',
    3,
    (honest) => {
      const half = (at: number) => whole.slice(at, at + 4).reduce((sum, word, k) => sum + (word << BigInt(32 * k)), 0n)
      return { word: honest.word.with(0, whole), state: honest.state.with(7, half(0)).with(8, half(4)) }
    },
    ['main.slot[0].form: it has not the form of a transaction'],
  ),
  ...['inputs', 'length', 'outputs[2]', 'rest[1]', 'product[0]', 'product[3]'].map((what) =>
    lying(`another ${what} of the form`, 3, { [`main.slot[0].form.${what}`]: more(1n) }, [
      `main.slot[0].form: ${what}`,
    ]),
  ),

  // ---------------------------------------------------------------- messages
  changed('another digest', 2, words(1, 3, more(1n)), ['main.slot[1]: word 3 is of the digest before']),
  changed('another padding of a digest', 2, words(1, 9, more(1n)), ['main.slot[1]: word 9 is padding']),
  changed('another length of a digest', 2, words(1, 15, more(8n)), ['main.slot[1]: word 15 is padding']),
  changed('a node with another digest', 1, words(1, 12, more(1n)), ['main.slot[1]: word 4 is of the digest before']),
  changed('a node that is come to from the other half', 1, flag('right', 1, 0n), DIGEST),
  changed('another padding of a node', 3, words(1, 0, more(1n)), ['main.slot[1]: word 0 is padding']),
  changed('another length of a node', 3, words(1, 15, more(8n)), ['main.slot[1]: word 15 is padding']),
  lying('a word of more than 32 bits', 4, { 'main.slot[1].bits[3].out[31]': 2n }, [
    'main.slot[1].bits[3]: out[31] is 0 or 1',
  ]),
  changed(
    'a right half that equals the left one',
    1,
    ({ word }) => ({ word: word.with(1, [...word[1]!.slice(8), ...word[1]!.slice(8)]) }),
    ['main.slot[1]: the halves differ'],
  ),
  lying('other halves', 1, { 'main.slot[1].turned[2]': more(1n) }, [
    'main.slot[1]: turned[2]',
    'main.slot[1]: word 2 is of the digest before',
  ]),
  lying('another bit of the initial value', 3, { 'main.slot[1].block.ivBit[2][5]': flipped }, [
    'main.slot[1]: bit 31 of initial word 2',
    'main.slot[1].block: maj[0][31] is a majority',
  ]),
  lying('another output', 3, { 'main.slot[1].reduced[2].bit[3]': flipped }, ['main.slot[1].reduced[2]: in range']),
  lying('another word of the schedule', 3, { 'main.slot[1].block.w[20][3]': flipped }, [
    'main.slot[1].block: word 20 of the schedule',
  ]),
  lying('another round', 3, { 'main.slot[1].block.a[20][3]': flipped }, ['main.slot[1].block: a and e of round 20']),

  // ---------------------------------------------------------------- the place in the block
  ...['openAfter', 'listsAfter', 'blocksAfter', 'nextKept', 'leftKept'].map((what) =>
    lying(`another ${what}`, 4, { [`main.slot[1].${what}`]: more(1n) }, [`main.slot[1]: ${what}`]),
  ),
  ...['indexKept', 'weightKept', 'turn', 'doubled'].map((what) =>
    lying(`another ${what}`, 1, { [`main.slot[1].${what}`]: more(1n) }, [`main.slot[1]: ${what}`]),
  ),
  ...['index', 'weightDone'].map((what) =>
    lying(`another ${what}`, 4, { [`main.slot[0].${what}`]: more(1n) }, [`main.slot[0]: ${what}`]),
  ),

  // ---------------------------------------------------------------- the header
  changed('half a header is loaded', 4, ({ load }) => ({ load: load + P / 2n + 1n }), [
    'main: load is 0 or 1',
    HISTORY(0),
  ]),
  changed('another header, which is not loaded', 1, ({ leaf }) => ({ leaf: leaf.with(0, leaf[0]! + 1n) }), [
    'main: the leaf is the one before',
  ]),
  changed(
    'another header, which was not climbed from',
    4,
    ({ leaf }) => ({ load: 1n, leaf: leaf.with(0, leaf[0]! + 2n ** 128n) }),
    [HISTORY(0)],
  ),
  changed('another Merkle root', 4, ({ leaf }) => ({ leaf: leaf.with(2, leaf[2]! + 1n) }), [
    'main: the leaf is the one before',
    ROOT(0)[1]!,
  ]),
  changed('a leaf of more than 224 bits', 1, ({ leaf }) => ({ leaf: leaf.with(1, leaf[1]! + 2n ** 224n) }), [
    'main: the leaf is the one before',
    'main.fields.middle: out[223] is 0 or 1',
  ]),
  changed('another history', 4, state(0, more(1n)), [HISTORY(0)]),
  changed('it was not climbed to the history', 4, state(6, more(1n)), [HISTORY(0)]),
  lying('a climb that begins elsewhere', 0, { 'main.climbed[0]': more(1n) }, ['main: climbed[0]']),
  changed('a climb to something else', 5, climb({ siblings: [[5n, 5n]] }), [HISTORY(1)]),
  changed('a climb from half a place', 5, climb({ place: [[2n, 0n, 0n]] }), [
    HISTORY(1),
    'main.climb[0]: place[0] is 0 or 1',
    'main.climb[0]: one place at most',
  ]),
  changed('a climb from two places', 5, climb({ place: [[1n, 0n, 1n]] }), [
    HISTORY(1),
    'main.climb[0]: one place at most',
  ]),
  changed('a climb from where a list’s size is', 5, climb({ place: [[0n, 1n, 0n]] }), [
    HISTORY(1),
    'main.climb[0]: not where a list has its size',
  ]),
  changed('a climb by what is neither node nor list', 5, flag('list', 0, P / 2n + 1n), [
    HISTORY(1),
    'main.climb[0]: list is 0 or 1',
  ]),
  changed('a climb by a node, where a list is', 5, flag('list', 0, 0n), [HISTORY(1)]),
  ...['low', 'high', 'out'].map((what) =>
    lying(`another ${what} of a climb`, 5, { [`main.climb[0].${what}`]: more(1n) }, [
      HISTORY(1),
      `main.climb[0]: ${what}`,
    ]),
  ),

  // ---------------------------------------------------------------- the state
  changed('another script', 0, ({ script }) => ({ script: script.with(0, script[0]! + 1n) }), [
    'main.wanted.poseidon.sigmaF[7][3]: out',
  ]),
  changed(
    'the same transaction twice',
    4,
    state(3, () => 1n),
    ['main.later: in range'],
  ),
  changed(
    'a transaction after a later one',
    4,
    state(3, () => 2n),
    ['main.later: in range'],
  ),
  lying('another key', 4, { 'main.moved': more(1n) }, ['main: moved']),
  lying('another height', 4, { 'main.height': more(1n) }, ['main: height']),
  lying('a log without the key', 4, { 'main.next[4]': 0n }, ['main: log']),
  lying('more transactions', 0, { 'main.next[2]': more(1n) }, ['main.slot[1].parse.four[0]: paid']),
  lying('another history at the end', 0, { 'main.next[0]': more(1n) }, ['linear 0']),
  lying('another script at the end', 0, { 'main.next[1]': more(1n) }, [
    'main.wanted.poseidon.sigmaF[7][3]: out',
    'linear 1',
  ]),
  changed('a chain value of more than 128 bits', 3, state(7, more(2n ** 128n)), [
    'main.high: out[127] is 0 or 1',
    'main.slot[0]: word 3 is of the digest before',
  ]),
  changed('a rest of more than 188 bits', 1, state(13, more(2n ** 188n)), [
    'main.rest: out[187] is 0 or 1',
    'main.slot[0].parse.four[0]: oddKept',
  ]),
]
