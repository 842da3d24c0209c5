import { medianTimePast, regtest } from '../../../src/bitcoin/index.ts'
import type { ChainState } from '../../../src/bus/state.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf } from '../scenario.ts'
import type { Attempt, Forgery } from './forgery.ts'

/** Times out of order, the median neither first nor last. */
const TIMES = [5000, 100, 9000, 4000, 7000, 300, 6000, 8000, 200, 3000, 4500].map((t) => 1_700_000_000 + t)

function atHeight(height: number): ChainState {
  return stateAt({ params: regtest, height, times: TIMES.slice(0, Math.min(11, height + 1)) })
}

/** A header whose time stands `offset` from the median of those before it. */
function fromMedian(state: ChainState, offset: number, lies: Lies = {}): Attempt {
  const header = nextHeader(state, { time: medianTimePast(state.context.times) + offset })
  return { state, headers: [header], input: stepOf(state, header), lies }
}

function inSlot1(offset: number, lies: Lies = {}): Attempt {
  const state = atHeight(50)
  const first = nextHeader(state, { time: TIMES[2]! })
  const middle = after(state, first)
  const second = nextHeader(middle, { time: medianTimePast(middle.context.times) + offset })
  return { state, headers: [first, second], input: stepOf(state, first, second), lies }
}

const early: Forgery[] = Array.from({ length: 11 }, (_, i) => i + 1).flatMap((height) => [
  {
    rule: 'time',
    name: `equal to the median at height ${height}`,
    native: 'time-too-old',
    attempt: () => fromMedian(atHeight(height - 1), 0),
    refusedBy: ['main.after[0].atLeastSix: in range'],
  },
  {
    rule: 'time',
    name: `one second after the median at height ${height}, which is valid`,
    native: 'valid',
    attempt: () => fromMedian(atHeight(height - 1), 1),
    refusedBy: [],
  },
])

/** Rule 4: a time is greater than the median of the last eleven. */
export const time: readonly Forgery[] = [
  ...early,
  {
    rule: 'time',
    name: 'equal to the median in slot 1',
    native: 'time-too-old',
    attempt: () => inSlot1(0),
    refusedBy: ['main.after[1].atLeastSix: in range'],
  },
  {
    rule: 'time',
    name: 'one second after the median in slot 1, which is valid',
    native: 'valid',
    attempt: () => inSlot1(1),
    refusedBy: [],
  },
  {
    rule: 'time',
    name: 'a later time is said to be smaller',
    native: 'time-too-old',
    attempt: () => fromMedian(atHeight(50), 0, { 'main.after[0].less[2].claim': 1n }),
    refusedBy: ['main.after[0].less[2]: bit[0] is 0 or 1'],
  },
  {
    rule: 'time',
    name: 'one of those that are smaller counts twice',
    native: 'time-too-old',
    attempt: () => fromMedian(atHeight(50), 0, { 'main.after[0].less[1].claim': 2n }),
    refusedBy: ['main.after[0].less[1]: bit[0] is 0 or 1', 'main.after[0].less[1]: in range'],
  },
  {
    rule: 'time',
    name: 'the count is made up by a bit that is none',
    native: 'time-too-old',
    attempt: () => inSlot1(-50, { 'main.after[1].atLeastSix.absorb': 1n }),
    refusedBy: ['main.after[1].atLeastSix: bit[0] is 0 or 1'],
  },
  {
    rule: 'time',
    name: 'slot 1 says it is inactive to the count alone',
    native: 'time-too-old',
    attempt: () => inSlot1(0, { 'main.after[1].atLeastSix.in': 0n }),
    refusedBy: ['main.after[1]: atLeastSix.in'],
  },
]
