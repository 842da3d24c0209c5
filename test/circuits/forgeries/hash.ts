import { decodeCompact, hashToUint256, headerHash, regtest } from '../../../src/bitcoin/index.ts'
import { invert, type Lies } from '../model/signals.ts'
import { nextHeader, stateAt, stepOf } from '../scenario.ts'
import { type Attempt, type Forgery, inBits } from './forgery.ts'

const { target } = decodeCompact(regtest.limitCompact)
const TOP = 1n << 250n
/** What a unit of bit 2 is in units of bit 8. */
const DOWN_SIX = invert(64n)

/** A regtest header with a hash above the target, in slot 0 or 1. */
function above(slot: 0 | 1, lies: (hash: bigint) => Lies = () => ({}), high = 2n ** 256n): Attempt {
  const state = stateAt({ params: regtest, height: 60 + slot })
  if (slot === 0) {
    const header = nextHeader(state, {}, { low: target, high })
    return { state, headers: [header], input: stepOf(state, header), lies: lies(hashToUint256(headerHash(header))) }
  }
  const first = nextHeader(state)
  const link = { prevHash: headerHash(first), time: first.time + 600 }
  const second = nextHeader(state, link, { low: target, high })
  return {
    state,
    headers: [first, second],
    input: stepOf(state, first, second),
    lies: lies(hashToUint256(headerHash(second))),
  }
}

/** Rule 3: the hash, all 256 bits of it, is at most the target. */
export const hash: readonly Forgery[] = [
  {
    rule: 'hash',
    name: 'above the target in slot 0',
    native: 'high-hash',
    attempt: () => above(0),
    refusedBy: ['main.enough[0].below: in range'],
  },
  {
    rule: 'hash',
    name: 'above the target in slot 1',
    native: 'high-hash',
    attempt: () => above(1),
    refusedBy: ['main.enough[1].below: in range'],
  },
  {
    rule: 'hash',
    name: 'the difference is made up by a bit that is none',
    native: 'high-hash',
    attempt: () => above(0, () => ({ 'main.enough[0].below.absorb': 1n })),
    refusedBy: ['main.enough[0].below: bit[0] is 0 or 1'],
  },
  {
    rule: 'hash',
    name: 'the top six bits of the hash are dropped',
    native: 'high-hash',
    // Bits 250 to 255 of the number are bits 2 to 7 of the last word.
    attempt: () => above(0, () => inBits('main.header[0].r2[7].bit', 0n, 6, 2)),
    refusedBy: ['main.header[0].r2[7]: in range'],
  },
  {
    rule: 'hash',
    name: 'the top six bits are dropped, and another bit makes up for them',
    native: 'high-hash',
    attempt: () =>
      above(0, (value) => ({
        ...inBits('main.header[0].r2[7].bit', 0n, 6, 2),
        'main.header[0].r2[7].bit[8]': (bit) => bit + (value / TOP) * DOWN_SIX,
      })),
    refusedBy: ['main.header[0].r2[7]: bit[8] is 0 or 1'],
    garbles: ['main.header[1].c0'],
  },
  {
    rule: 'hash',
    name: 'slot 1 says it is inactive to the comparison alone',
    native: 'high-hash',
    attempt: () => above(1, () => ({ 'main.enough[1].below.in': 0n })),
    refusedBy: ['main.enough[1]: below.in'],
  },
  {
    rule: 'hash',
    name: 'slot 0 is compared with a target of its own',
    native: 'high-hash',
    attempt: () => above(0, () => ({ 'main.target0': (1n << 144n) - 1n })),
    refusedBy: ['main: target0'],
  },
]
