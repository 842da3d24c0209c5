import { JOIN_SLOTS } from '../../../src/compute/stream/header-stream.ts'
import type { StreamSignals } from '../model/compute/header-stream.ts'
import { invert, type Lies } from '../model/signals.ts'
import { headersAt, stepOf } from '../stream-scene.ts'

export interface StreamForgery {
  readonly name: string
  readonly input: () => StreamSignals
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

/**
 * Two trees of seven headers before, then one that joins them and seven of a new tree: heights 18 to 25. So a period ends
 * before the sixth of that tree.
 */
const TIMES = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400]
const HEADERS = headersAt(4, [...TIMES, 1500, 2600, 2700, 2800, 2900, 3000, 9000, 9001])
const honest = (taken = 8, before = 14) => stepOf(HEADERS.slice(0, before), HEADERS.slice(before, before + taken))
const input =
  (change: (signals: StreamSignals) => Partial<StreamSignals>, taken = 8, before = 14) =>
  () => {
    const signals = honest(taken, before)
    return { ...signals, ...change(signals) }
  }
const lying = (name: string, lies: Lies, refusedBy: readonly string[], taken = 8): StreamForgery => ({
  ...{ name, input: () => honest(taken), lies, refusedBy },
})
const more = (by: bigint) => (value: bigint) => value + by
const changed = (row: readonly bigint[], at: number) => row.with(at, row[at]! + 1n)

/** Slots: the joining header's, those before the period's end and of its first header. */
const [LAST, NEXT] = [JOIN_SLOTS + 4, JOIN_SLOTS + 5]
const EACH = (slot: number) => `main.each[${slot}].statistics`
const OPENING = 'main.opening.poseidon.sigmaF[7][3]: out'
const OLDER = 'main.join[0]: older is what rest commits to'

/** Two headers that each begin a period, one after the other. */
const TWICE = [12, 24].map((height) => headersAt(height, [5000 + height])[0]!)

export const streamForgeries: readonly StreamForgery[] = [
  { name: 'a header that joins and a whole tree, which is valid', input: () => honest(), refusedBy: [] },
  { name: 'a header that joins alone, which is valid', input: () => honest(1), refusedBy: [] },
  { name: 'a part of a tree, which is valid', input: () => honest(6), refusedBy: [] },
  { name: 'from the first header on, which is valid', input: () => honest(3, 0), refusedBy: [] },

  // ---------------------------------------------------------------- the history
  {
    ...{ name: 'the list is opened with another root', refusedBy: [OPENING] },
    input: input(({ first }) => ({ first: changed(first, 0) })),
  },
  {
    ...{ name: 'the list is opened with another rest', refusedBy: [OLDER, OPENING] },
    input: input(({ first }) => ({ first: changed(first, 2) })),
  },
  {
    ...{ name: 'a history that is no list of anything', refusedBy: [OPENING] },
    input: input(({ state }) => ({ state: state.with(0, 5n) })),
  },
  ...['root', 'size', 'rest'].map((what, at) => ({
    ...{ name: `the older tree is opened with another ${what}`, refusedBy: [OLDER] },
    input: input(({ older }) => ({ older: older.with(0, changed(older[0]!, at)) })),
  })),
  ...['newRoot', 'newSize', 'newRest'].flatMap((what) => [
    lying(`a join comes to another ${what}`, { [`main.join[0].${what}`]: more(1n) }, [`main.join[0]: ${what}`]),
    lying(`no join changes ${what}`, { [`main.join[2].${what}`]: more(1n) }, [`main.join[2]: ${what}`]),
  ]),
  lying('an older half is another tree of the list', { 'main.tree.older[2]': more(1n) }, ['main.tree: older[2]'], 3),
  lying('a newer half is another tree of the list', { 'main.tree.newer[2]': more(1n) }, ['main.tree: newer[2]'], 3),
  lying('half of a whole tree is a tree of the list too', { 'main.tree.older[6]': 1n }, ['main.tree: older[6]']),
  ...[0, 1, 2].map((k) =>
    lying(`tree of exponent ${k + 1} is pushed otherwise`, { [`main.tree.after[${k}]`]: more(1n) }, [
      `main.tree: after[${k}]`,
    ]),
  ),
  lying('the history is told otherwise', { 'main.next[0]': more(1n) }, ['main.tree: out']),

  // ---------------------------------------------------------------- slots
  {
    ...{ name: 'half a header joins', refusedBy: ['main: active[0]', OLDER] },
    input: input(({ active, older }) => ({ active: active.with(0, 2n), older: older.with(0, [1n, 7n, 0n]) })),
  },
  {
    ...{ name: 'half a header begins a tree', refusedBy: ['main: active[4]', 'main: active[5]'] },
    input: input(({ active }) => ({ active: active.with(4, 2n) })),
  },
  {
    ...{ name: 'half a header goes on with a tree', refusedBy: ['main: active[6]', 'main: active[7]'] },
    input: input(({ active }) => ({ active: active.with(6, 2n) })),
  },
  {
    ...{ name: 'a header of a tree is left out', refusedBy: ['main: active[7]'] },
    input: input(({ active }) => ({ active: active.with(6, 0n) })),
  },
  lying('a header is put into the history and not counted', { [`main.own[${NEXT}][1]`]: more(-1n) }, [
    `main: own[${NEXT}][1]`,
  ]),
  lying('the last state is told otherwise', { 'main.next[3]': more(1n) }, ['main: own[11][1]']),

  // ---------------------------------------------------------------- the log
  lying('an entry is passed by', { [`main.entry[${NEXT + 1}]`]: 0n }, [`main: entry[${NEXT + 1}]`]),
  lying('an entry is made of nothing', { 'main.entry[3]': 5n }, [
    'main: entry[3]',
    `main: entry[${NEXT + 1}] is the first`,
  ]),
  {
    ...{ name: 'two entries are made in one step', refusedBy: [`main: entry[${JOIN_SLOTS + 2}] is the first`] },
    input: () => stepOf(HEADERS.slice(0, 7), TWICE),
  },
  lying('the log does not go on', { 'main.silent.out': 1n, 'main.silent.inverse': 0n }, [
    'main.silent: in or out is 0',
  ]),
  lying('the log goes on where nothing was entered', { 'main.silent.out': 0n }, ['main.silent: inverse'], 3),
  lying('the log is told otherwise', { 'main.next[1]': more(1n) }, ['main: next[1]']),

  // ---------------------------------------------------------------- the program
  lying('a period ends late', { [`${EACH(NEXT)}.begins.out`]: 0n }, [`${EACH(NEXT)}.begins: inverse`]),
  lying('a period ends early', { [`${EACH(6)}.begins.inverse`]: 0n }, [`${EACH(6)}.begins: in or out is 0`], 5),
  lying('a place in the period that is none', { [`${EACH(NEXT)}.number`]: more(-1n) }, [
    `${EACH(NEXT)}.placeBelow: in range`,
  ]),
  lying('a period number that wraps', { [`${EACH(LAST)}.number`]: 18n * invert(12n) }, [
    `${EACH(LAST)}.numberFits: in range`,
  ]),
  lying('an entry that is none', { [`${EACH(LAST)}.entry`]: 5n }, [`${EACH(LAST)}: entry`], 5),
  lying('an entry that says something else', { [`${EACH(NEXT)}.entry`]: more(1n) }, [`${EACH(NEXT)}: entry`]),
  lying('a greater interval is passed by', { [`${EACH(NEXT)}.greater.claim`]: 0n }, [
    `${EACH(NEXT)}.greater: bit[0] is 0 or 1`,
  ]),
  lying('a smaller interval is taken', { [`${EACH(LAST)}.greater.claim`]: 1n }, [
    `${EACH(LAST)}.greater: bit[0] is 0 or 1`,
  ]),
  lying('the greatest interval outlives its period', { [`${EACH(NEXT)}.kept`]: 2n ** 32n + 1100n }, [
    `${EACH(NEXT)}: kept`,
  ]),
  lying('the first time stays that of the period before', { [`${EACH(NEXT)}.after[0]`]: 100n }, [
    `${EACH(NEXT)}: after[0]`,
  ]),
  lying('nBits stays that of the period before', { [`${EACH(NEXT)}.after[2]`]: more(1n) }, [`${EACH(NEXT)}: after[2]`]),
  lying('an interval is another', { [`${EACH(LAST)}.interval`]: more(1n) }, [`${EACH(LAST)}: interval`]),
]
