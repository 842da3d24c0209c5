import { type Header, regtest } from '../../../src/bitcoin/index.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf } from '../scenario.ts'
import type { Attempt, Forgery } from './forgery.ts'

/** Within an epoch, at regtest's difficulty. */
function inside(bits: number, slot: 0 | 1, lies: Lies = {}): Attempt {
  const state = stateAt({ params: regtest, height: 10 })
  const first = slot === 0 ? nextHeader(state, { bits }) : nextHeader(state)
  const second: Header | undefined = slot === 0 ? undefined : nextHeader(after(state, first), { bits })
  return { state, headers: [first, second], input: stepOf(state, first, second), lies }
}

export const refused = (
  name: string,
  attempt: () => Attempt,
  refusedBy: readonly string[],
  native: Forgery['native'] = 'bad-diffbits',
  garbles: readonly string[] = [],
): Forgery => ({
  rule: 'bits',
  name,
  native,
  attempt,
  garbles,
  refusedBy,
})
/** Where nothing is said of bits0, a bit of slot 0's nBits takes up the difference: hash and leaf are of something else. */
const GARBLED = ['main.header[0].c1', 'main.leafHash[0]']

/** Rule 2: nBits is the required value at every height; here where no retarget applies. */
export const bits: readonly Forgery[] = [
  refused('a harder target within an epoch, slot 0', () => inside(0x207ffffe, 0, { 'main.bits0': 0x207ffffen }), [
    'main: bits0',
  ]),
  refused('a harder target within an epoch, slot 1', () => inside(0x207ffffe, 1), ['main: nBits of slot 1']),
  refused(
    'a harder target within an epoch, both sides honest',
    () => inside(0x207ffffe, 0),
    ['main.wordBits[0][10]: out[23] is 0 or 1', 'main.wordBits[0][10]: out[31] is 0 or 1'],
    'bad-diffbits',
    GARBLED,
  ),
  refused(
    'a harder target within an epoch, carried on as the new one',
    () => inside(0x207ffffe, 0, { 'main.newBits': 0x207ffffen, 'main.bits0': 0x207ffffen }),
    ['main: newBits', 'main: bits0'],
  ),
  refused(
    'the same target written longer, slot 1',
    () => inside(0x2100ffff, 1),
    ['main: nBits of slot 1'],
    'high-hash',
  ),
  refused(
    'an epoch is said to end where none does',
    () => inside(0x207ffffe, 0, { 'main.ends[0].inverse': 0n }),
    [
      'main.ends[0]: in or out is 0',
      'main.wordBits[0][10]: out[23] is 0 or 1',
      'main.wordBits[0][10]: out[31] is 0 or 1',
    ],
    'bad-diffbits',
    GARBLED,
  ),
  refused(
    'regtest is made to retarget at its boundary, from a target of its own',
    () => {
      const state = stateAt({ params: regtest, height: 143 })
      const header = nextHeader(state)
      const lies = { 'main.retargets': 1n, 'main.newBits': BigInt(regtest.limitCompact) }
      return { state, headers: [header], input: stepOf(state, header), lies }
    },
    [
      'main: retargets',
      'main: newBits',
      'main.enough[0].below: in range',
      'main.retarget.remainderHigh: in range',
      'main.retarget.remainderLow: in range',
    ],
    'valid',
  ),
  refused(
    'regtest is made to retarget at its boundary by the flag in its parameters',
    () => {
      const state = stateAt({ params: regtest, height: 143 })
      const header = nextHeader(state)
      return { state, headers: [header], input: stepOf(state, header), lies: { 'main.params.retarget': 1n } }
    },
    [
      'main.enough[0].below: in range',
      'main.params.bits: out[33] is 0 or 1',
      'main.retarget.remainderHigh: in range',
      'main.retarget.remainderLow: in range',
      'main.wordBits[0][10]: out[23] is 0 or 1',
      'main.wordBits[0][10]: out[31] is 0 or 1',
    ],
    'valid',
    GARBLED,
  ),
]
