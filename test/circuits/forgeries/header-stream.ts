import type { StreamSignals } from '../model/compute/header-stream.ts'
import { invert, type Lies } from '../model/signals.ts'
import { headersAt, stepOf } from '../stream-scene.ts'
import { flip } from './forgery.ts'

export interface StreamForgery {
  readonly name: string
  readonly input: () => StreamSignals
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

/** Two headers before, then three: the last of a period, the first two of the next. */
const HEADERS = headersAt(1, [1000, 1600, 1500, 9000, 9001])
const honest = (taken = 3, before = 2) => stepOf(HEADERS.slice(0, before), HEADERS.slice(before, before + taken))
const input =
  (change: (signals: StreamSignals) => Partial<StreamSignals>, taken = 3, before = 2) =>
  () => {
    const signals = honest(taken, before)
    return { ...signals, ...change(signals) }
  }
const lying = (name: string, lies: Lies, refusedBy: readonly string[]): StreamForgery => ({
  ...{ name, input: () => honest(), lies, refusedBy },
})
const with1 = (rows: readonly (readonly bigint[])[], row: number, at: number, more: bigint) =>
  rows.map((values, i) => (i === row ? values.map((value, k) => (k === at ? value + more : value)) : values))

const EACH = (slot: number) => `main.each[${slot}].statistics`
const OPENING = (part: string) => `main.${part}.poseidon.sigmaF[7][3]: out`

/** What no longer fits where the first slot's list is another. */
const AFTER = [OPENING('append[1].opening'), OPENING('append[2].opening'), OPENING('begin.append.opening')]

export const streamForgeries: readonly StreamForgery[] = [
  { name: 'three headers, which is valid', input: () => honest(), refusedBy: [] },
  { name: 'one header, which is valid', input: () => honest(1), refusedBy: [] },
  { name: 'from the first header on, which is valid', input: () => honest(3, 0), refusedBy: [] },

  // ---------------------------------------------------------------- the history
  {
    ...{ name: 'the list is opened with another root', refusedBy: [OPENING('append[2].opening'), OPENING('opening')] },
    input: input(({ first }) => ({ first: [first[0]! + 1n, first[1]!, first[2]!] })),
  },
  {
    ...{
      name: 'what follows the first tree is opened with another root',
      refusedBy: [OPENING('append[2].opening'), OPENING('begin.append.opening')],
    },
    input: input(({ rests }) => ({ rests: with1(rests, 0, 0, 1n) })),
  },
  {
    ...{ name: 'the same in the second slot', refusedBy: [OPENING('append[1].opening')] },
    input: input(({ rests }) => ({ rests: with1(rests, 1, 2, 1n) })),
  },
  lying('two equal trees are not merged', { 'main.begin.append.equal.out': flip }, [
    OPENING('append[1].opening'),
    OPENING('append[2].opening'),
    'main.begin.append.equal: inverse',
  ]),
  lying('two unequal trees are merged', { 'main.append[2].equal.out': flip }, [
    'main.append[2].equal: inverse',
    'main.append[2].equal: in or out is 0',
  ]),
  {
    ...{
      name: 'a list that is not empty is taken for the empty one',
      refusedBy: [...AFTER, 'main.begin.empty: in or out is 0'],
    },
    input: () => honest(3, 2),
    lies: { 'main.begin.empty.out': 1n, 'main.begin.empty.inverse': 0n },
  },
  {
    ...{
      name: 'the empty list is taken for one with a tree of size 0',
      refusedBy: [...AFTER, 'main.begin.empty: inverse'],
    },
    input: () => honest(3, 0),
    lies: { 'main.begin.empty.out': 0n },
  },
  {
    ...{ name: 'a history that is no list of anything', refusedBy: [...AFTER, OPENING('opening')] },
    input: input(({ state }) => ({ state: state.with(0, 5n) }), 3, 0),
  },

  // ---------------------------------------------------------------- slots
  {
    ...{ name: 'half a header is taken', refusedBy: ['main: active[1] is 0 or 1'] },
    input: input(({ active }) => ({ active: active.with(1, 2n) })),
  },
  lying('a header is appended and not counted', { 'main.own[2][1]': (value) => value - 1n }, ['main: own[2][1]']),
  lying('a header is counted and not appended', { 'main.list[2][3]': (value) => value + 1n }, ['main: list[2][3]']),
  lying('the last state is told otherwise', { 'main.next[2]': (value) => value + 1n }, ['main: own[3][1]']),
  lying('the history is told otherwise', { 'main.next[0]': (value) => value + 1n }, ['main: list[3][3]']),

  // ---------------------------------------------------------------- the program
  lying('a period ends late', { [`${EACH(1)}.begins.out`]: 0n }, [`${EACH(1)}.begins: inverse`]),
  lying('a period ends early', { [`${EACH(0)}.begins.inverse`]: 0n }, [`${EACH(0)}.begins: in or out is 0`]),
  lying('a place in the period that is none', { [`${EACH(1)}.number`]: (value) => value - 1n }, [
    `${EACH(1)}.placeBelow: in range`,
    `${EACH(1)}.placeFits: in range`,
  ]),
  lying('a period number that wraps', { [`${EACH(0)}.number`]: 3n * invert(4n) }, [`${EACH(0)}.numberFits: in range`]),
  lying('an entry that is none', { [`${EACH(0)}.entry`]: 5n }, [`${EACH(0)}: entry`]),
  lying('an entry that says something else', { [`${EACH(1)}.entry`]: (value) => value + 1n }, [`${EACH(1)}: entry`]),
  lying('the log goes on where no period is over', { [`${EACH(0)}.after[0]`]: (value) => value + 1n }, [
    `${EACH(0)}: after[0]`,
  ]),
  lying('a greater interval is passed by', { [`${EACH(1)}.greater.claim`]: 0n }, [
    `${EACH(1)}.greater: bit[0] is 0 or 1`,
  ]),
  lying('a smaller interval is taken', { [`${EACH(2)}.greater.claim`]: 1n }, [`${EACH(2)}.greater: bit[0] is 0 or 1`]),
  lying('the greatest interval outlives its period', { [`${EACH(1)}.kept`]: 2n ** 32n + 600n }, [`${EACH(1)}: kept`]),
  lying('the first time stays that of the period before', { [`${EACH(1)}.after[1]`]: 1000n }, [`${EACH(1)}: after[1]`]),
  lying('nBits stays that of the period before', { [`${EACH(1)}.after[3]`]: (value) => value + 1n }, [
    `${EACH(1)}: after[3]`,
  ]),
  lying('an interval is another', { [`${EACH(0)}.interval`]: (value) => value + 1n }, [`${EACH(0)}: interval`]),
]
