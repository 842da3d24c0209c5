import { regtest } from '../../../src/bitcoin/index.ts'
import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import type { StepInput } from '../../../src/bus/step-input.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf, withWords } from '../scenario.ts'
import type { Attempt, Forgery } from './forgery.ts'

const GARBAGE = [0x80000000, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0xffffffff, 9]
const ONES = new Array(12).fill(0xffffffff)

/** Slot 1 inactive, with these words in it. */
function inactive(words: readonly number[], lies: Lies = {}, height = 70): Attempt {
  const state = stateAt({ params: regtest, height })
  const header = nextHeader(state)
  return { state, headers: [header], input: withWords(stepOf(state, header), 1, words), lies }
}

function two(change: (input: StepInput) => StepInput, lies: Lies = {}): Attempt {
  const state = stateAt({ params: regtest, height: 80 })
  const first = nextHeader(state)
  const second = nextHeader(after(state, first))
  return { state, headers: [first, second], input: change(stepOf(state, first, second)), lies }
}

const forged = (name: string, attempt: () => Attempt, refusedBy: readonly string[]): Forgery => ({
  rule: 'slots',
  name,
  native: 'valid',
  attempt,
  refusedBy,
})

/** An inactive slot changes nothing, and `active` is a bit. The garbage's hash goes nowhere. */
export const slots: readonly Forgery[] = [
  forged('a garbage header in the inactive slot, which is accepted', () => inactive(GARBAGE), []),
  forged('all ones in the inactive slot, which is accepted', () => inactive(ONES), []),
  ...[1, 2, 3, 4, 5, 6, 7].map((i) =>
    forged(
      `garbage in the inactive slot gets into element ${i} of the state`,
      () => inactive(GARBAGE, { [`main.next[${i}]`]: (honest) => honest + 1n }),
      [],
    ),
  ),
  forged(
    'the target changes without a boundary',
    () => inactive(GARBAGE, { 'main.next[8]': (honest) => honest + 1n }),
    [],
  ),
  forged('the work changes', () => inactive(GARBAGE, { 'main.next[9]': (honest) => honest + 1n }), []),
  forged('the parameters change', () => inactive(GARBAGE, { 'main.next[0]': (honest) => honest + (1n << 34n) }), [
    'linear 0',
  ]),
  forged("garbage's time replaces the greatest", () => inactive(ONES, { 'main.replaces': 1n }), ['main: replaces']),
  forged('garbage begins an epoch', () => inactive(ONES, { 'main.ends1': 1n }, 142), []),
  forged('active is 2', () => two((input) => ({ ...input, active: 2 as 1 })), ['main: active is 0 or 1']),
  forged('active is -1', () => two((input) => input, { 'main.active': P - 1n }), []),
  forged('active is a half', () => two((input) => input, { 'main.active': (P + 1n) / 2n }), []),
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
    [],
  ),
  forged('height 2^32', () => inactive(GARBAGE, {}, 2 ** 32 - 1), []),
  forged('height 2^32 - 1, the last there is', () => inactive(GARBAGE, {}, 2 ** 32 - 2), []),
]
