import { mainnet, medianTimePast, type NetworkParams, regtest } from '../../../src/bitcoin/index.ts'
import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import type { StepInput } from '../../../src/bus/step-input.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf, withWords } from '../scenario.ts'
import type { Attempt, Forgery } from './forgery.ts'

const GARBAGE = [0x80000000, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0xffffffff, 9]
const ONES = new Array(12).fill(0xffffffff)

const lateRules: NetworkParams = {
  ...regtest,
  v2Height: mainnet.v2Height,
  v3Height: mainnet.v3Height,
  v4Height: mainnet.v4Height,
}

/** Slot 1 inactive, with these words in it. */
function inactive(words: readonly number[], lies: Lies = {}, height = 70, params: NetworkParams = regtest): Attempt {
  const state = stateAt({ params, height })
  const header = nextHeader(state)
  return { state, headers: [header], input: withWords(stepOf(state, header), 1, words), lies }
}

/** Two headers, the second one second after the median: six of the eleven times before are smaller. */
function two(change: (input: StepInput) => StepInput, lies: Lies = {}): Attempt {
  const state = stateAt({ params: regtest, height: 80 })
  const first = nextHeader(state)
  const middle = after(state, first)
  const second = nextHeader(middle, { time: medianTimePast(middle.context.times) + 1 })
  return { state, headers: [first, second], input: change(stepOf(state, first, second)), lies }
}

const forged = (
  name: string,
  attempt: () => Attempt,
  refusedBy: readonly string[],
  garbles: readonly string[] = [],
): Forgery => ({
  rule: 'slots',
  name,
  native: 'valid',
  attempt,
  garbles,
  refusedBy,
})

/** An inactive slot changes nothing, and `active` is a bit. The garbage's hash goes nowhere. */
export const slots: readonly Forgery[] = [
  forged('a garbage header in the inactive slot, which is accepted', () => inactive(GARBAGE), []),
  forged('all ones in the inactive slot, which is accepted', () => inactive(ONES), []),
  ...(
    [
      [1, ['main: start1']],
      [2, ['main: next[2]']],
      [3, ['main: next[3]']],
      [4, ['main: next[4]']],
      [5, ['main: next[5]']],
      [6, ['main: activeWork', 'main.chainworkRange: in range']],
      [7, ['main: next[7]']],
    ] as const
  ).map(([i, refusedBy]) =>
    forged(
      `garbage in the inactive slot gets into element ${i} of the state`,
      () => inactive(GARBAGE, { [`main.next[${i}]`]: (honest) => honest + 1n }),
      refusedBy,
    ),
  ),
  forged('the target changes without a boundary', () => inactive(GARBAGE, { 'main.newTarget': 1n << 100n }), [
    'main: newTarget',
  ]),
  forged('the parameters change', () => inactive(GARBAGE, { 'main.next[0]': (honest) => honest + (1n << 34n) }), [
    'main.params.bits: out[33] is 0 or 1',
    'linear 0',
  ]),
  forged("garbage's time replaces the greatest", () => inactive(ONES, { 'main.replaces': 1n }), ['main: replaces']),
  forged('garbage begins an epoch', () => inactive(ONES, { 'main.ends1': 1n }, 142), ['main: ends1']),
  forged('active is 2', () => two((input) => ({ ...input, active: 2 as 1 })), ['main: active is 0 or 1']),
  forged('active is -1', () => two((input) => input, { 'main.active': P - 1n }), [
    'main: active is 0 or 1',
    'main.enough[1].below: in range',
  ]),
  forged('active is a half', () => two((input) => input, { 'main.active': (P + 1n) / 2n }), [
    'main: active is 0 or 1',
    'main.enough[1].below: in range',
    'main.heightRange: in range',
  ]),
  forged(
    'a word of more than 32 bits',
    () =>
      two((input) =>
        withWords(
          input,
          0,
          input.words[0]!.map((w, f) => (f === 3 ? w + 2 ** 32 : w)),
        ),
      ),
    ['main.wordBits[0][3]: out[31] is 0 or 1'],
    ['main.header[0].c0', 'main.leafHash[0]'],
  ),
  forged('height 2^32', () => inactive(GARBAGE, {}, 2 ** 32 - 1), [
    'main.heightRange: in range',
    'main.version[1].reached[0]: in range',
    'main.version[1].reached[1]: in range',
    'main.version[1].reached[2]: in range',
  ]),
  forged('height 2^32 where the version rules begin later', () => inactive(GARBAGE, {}, 2 ** 32 - 1, lateRules), [
    'main.heightRange: in range',
  ]),
  forged('height 2^32 - 1, the last there is', () => inactive(GARBAGE, {}, 2 ** 32 - 2), []),
]
