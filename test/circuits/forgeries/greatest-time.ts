import { regtest } from '../../../src/bitcoin/index.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf } from '../scenario.ts'
import type { Attempt, Forgery } from './forgery.ts'

const NOW = 1_700_000_000

/** Two headers at these times after a greatest time of NOW + 5000. */
function times(first: number, second: number | undefined, lies: Lies = {}): Attempt {
  const state = stateAt({ params: regtest, height: 30, maxTime: NOW + 5000 })
  const one = nextHeader(state, { time: NOW + first })
  const two = second === undefined ? undefined : nextHeader(after(state, one), { time: NOW + second })
  return { state, headers: [one, two], input: stepOf(state, one, two), lies }
}

const forged = (name: string, attempt: () => Attempt, refusedBy: readonly string[]): Forgery => ({
  rule: 'greatest time',
  name,
  native: 'valid',
  attempt,
  refusedBy,
})

/** Rule 8: the greatest time of any header so far is carried along. */
export const greatestTime: readonly Forgery[] = [
  forged('slot 0 is later, honest', () => times(9000, undefined), []),
  forged('slot 1 is later than both, honest', () => times(6000, 9000), []),
  forged('neither is later, honest', () => times(2000, 3000), []),
  forged('slot 0 hides that it is later', () => times(9000, undefined, { 'main.later[0].claim': 0n }), [
    'main.later[0]: bit[0] is 0 or 1',
  ]),
  forged('slot 1 hides that it is later', () => times(2000, 9000, { 'main.later[1].claim': 0n }), [
    'main.later[1]: bit[0] is 0 or 1',
  ]),
  forged(
    'an earlier time takes the place of the greatest',
    () => times(2000, undefined, { 'main.later[0].claim': 1n }),
    ['main.later[0]: bit[0] is 0 or 1'],
  ),
  forged(
    'the greatest time stays though slot 1 replaces it',
    () => times(2000, 9000, { 'main.maxTime1': BigInt(NOW + 5000) }),
    ['main: maxTime1'],
  ),
  forged('slot 1 says it replaces nothing', () => times(2000, 9000, { 'main.replaces': 0n }), ['main: replaces']),
  forged('slot 0 leaves another greatest time', () => times(9000, undefined, { 'main.maxTime0': BigInt(NOW) }), [
    'main: maxTime0',
  ]),
]
