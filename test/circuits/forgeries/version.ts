import { mainnet, type NetworkParams, regtest } from '../../../src/bitcoin/index.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf } from '../scenario.ts'
import type { Attempt, Forgery } from './forgery.ts'

/** Mainnet's version heights at regtest's difficulty. */
const heights: NetworkParams = {
  ...regtest,
  v2Height: mainnet.v2Height,
  v3Height: mainnet.v3Height,
  v4Height: mainnet.v4Height,
}

/** A header at `height` with this version, in either slot. */
function at(height: number, version: number, slot: 0 | 1 = 0, lies: Lies = {}): Attempt {
  const state = stateAt({ params: heights, height: height - 1 - slot })
  if (slot === 0) {
    const header = nextHeader(state, { version })
    return { state, headers: [header], input: stepOf(state, header), lies }
  }
  const first = nextHeader(state, { version: 4 })
  const second = nextHeader(after(state, first), { version })
  return { state, headers: [first, second], input: stepOf(state, first, second), lies }
}

const LOWEST = -(2 ** 31)
const table: readonly [height: number, version: number, slot: 0 | 1, native: 'valid' | 'bad-version'][] = [
  [mainnet.v2Height - 1, LOWEST, 0, 'valid'],
  [mainnet.v2Height, 1, 0, 'bad-version'],
  [mainnet.v2Height, 1, 1, 'bad-version'],
  [mainnet.v2Height, 2, 1, 'valid'],
  [mainnet.v3Height - 1, 2, 1, 'valid'],
  [mainnet.v3Height, 2, 0, 'bad-version'],
  [mainnet.v3Height, 2, 1, 'bad-version'],
  [mainnet.v3Height, 3, 0, 'valid'],
  [mainnet.v4Height - 1, 3, 0, 'valid'],
  [mainnet.v4Height, 3, 0, 'bad-version'],
  [mainnet.v4Height, 3, 1, 'bad-version'],
  [mainnet.v4Height, 4, 1, 'valid'],
  [mainnet.v4Height, 2 ** 31 - 1, 0, 'valid'],
  // The sign bit: 4 with it is far below zero.
  [mainnet.v4Height, LOWEST + 4, 0, 'bad-version'],
  [mainnet.v4Height, -1, 1, 'bad-version'],
]

/** Rule 5: the signed version is at least 2, 3, 4 from the rules' heights on. */
export const version: readonly Forgery[] = [
  ...table.map(
    ([height, value, slot, native]): Forgery => ({
      rule: 'version',
      name: `version ${value} at ${height} in slot ${slot}${native === 'valid' ? ', which is valid' : ''}`,
      native,
      attempt: () => at(height, value, slot),
      refusedBy: native === 'valid' ? [] : [`main.version[${slot}].excess: in range`],
    }),
  ),
  ...[0, 1, 2].map(
    (rule): Forgery => ({
      rule: 'version',
      name: `the height of version ${rule + 2} is said not to be reached`,
      native: 'bad-version',
      attempt: () =>
        at([mainnet.v2Height, mainnet.v3Height, mainnet.v4Height][rule]!, rule + 1, 0, {
          [`main.version[0].reached[${rule}].claim`]: 0n,
        }),
      refusedBy: [`main.version[0].reached[${rule}]: bit[0] is 0 or 1`],
    }),
  ),
  {
    rule: 'version',
    name: 'the missing version is made up by a bit that is none',
    native: 'bad-version',
    attempt: () => at(mainnet.v4Height, LOWEST + 4, 1, { 'main.version[1].excess.absorb': 1n }),
    refusedBy: ['main.version[1].excess: bit[0] is 0 or 1'],
  },
  {
    rule: 'version',
    name: 'slot 1 says that no rule applies',
    native: 'bad-version',
    attempt: () => at(mainnet.v4Height, 1, 1, { 'main.version[1].ruled': 0n }),
    refusedBy: ['main.version[1]: ruled'],
  },
  {
    rule: 'version',
    name: 'the excess is said to be another',
    native: 'bad-version',
    attempt: () => at(mainnet.v4Height, 1, 0, { 'main.version[0].excess.in': 0n }),
    refusedBy: ['main.version[0]: excess.in'],
  },
]
