import { decodeCompact, headerHash, type NetworkParams, regtest, signet } from '../../../src/bitcoin/index.ts'
import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import type { ChainState } from '../../../src/bus/state.ts'
import { invert, type Lies } from '../model/signals.ts'
import { nextHeader, stateAt, stepOf } from '../scenario.ts'
import { type Attempt, type Forgery, inBits } from './forgery.ts'

const work = (value: bigint) => inBits('main.newWork.bit', value, 128)

function onRegtest(lies: Lies, wanted: Partial<{ chainwork: bigint; bits: number; two: boolean }> = {}): Attempt {
  const params: NetworkParams = wanted.bits === undefined ? regtest : { ...regtest, limitCompact: wanted.bits }
  const state = stateAt({ params, height: 90, bits: params.limitCompact, chainwork: wanted.chainwork ?? 1000n })
  return step(state, lies, wanted.two)
}

function step(state: ChainState, lies: Lies, two = false): Attempt {
  const header = nextHeader(state)
  if (!two) return { state, headers: [header], input: stepOf(state, header), lies }
  const middle = { ...state, context: { ...state.context, height: state.context.height + 1 } }
  const second = nextHeader(middle, { prevHash: headerHash(header), time: header.time + 600 })
  return { state, headers: [header, second], input: stepOf(state, header, second), lies }
}

/** Signet's parameters at signet's limit; the header is on file. */
const onSignet = (lies: Lies): Attempt => step(stateAt({ params: signet, height: 500 }), lies)

const regtestTarget = decodeCompact(regtest.limitCompact).target >> 112n
const signetTarget = decodeCompact(signet.limitCompact).target >> 112n
const signetWork = (1n << 256n) / (decodeCompact(signet.limitCompact).target + 1n)

/** The quotient of 2^144 + k·p: right in the field, far off over the integers. */
const wrapped = (target: bigint, k: bigint) => ((1n << 144n) + k * P) / target

/** Rule 6: chainwork grows by floor(2^256 / (target + 1)), within 128 bits. */
export const chainwork: readonly Forgery[] = [
  {
    rule: 'chainwork',
    name: 'one more than the work at regtest (3 for 2)',
    native: 'valid',
    attempt: () => onRegtest(work(3n)),
    refusedBy: ['main.newWork.atLeast: in range'],
  },
  {
    rule: 'chainwork',
    name: 'one less than the work at regtest',
    native: 'valid',
    attempt: () => onRegtest(work(1n)),
    refusedBy: ['main.newWork.atMost: in range'],
  },
  {
    rule: 'chainwork',
    name: 'one more than the work at signet',
    native: 'valid',
    attempt: () => onSignet(work(signetWork + 1n)),
    refusedBy: ['main.newWork.atLeast: in range'],
  },
  {
    rule: 'chainwork',
    name: 'one less than the work at signet',
    native: 'valid',
    attempt: () => onSignet(work(signetWork - 1n)),
    refusedBy: ['main.newWork.atMost: in range'],
  },
  ...[1n, 3n, 9000n].map(
    (k): Forgery => ({
      rule: 'chainwork',
      name: `a quotient that wraps around the field ${k} times on regtest`,
      native: 'valid',
      attempt: () => onRegtest(work(wrapped(regtestTarget, k))),
      refusedBy: ['main.newWork.cRange: in range'],
    }),
  ),
  {
    rule: 'chainwork',
    name: 'the least wrapped quotient on signet, whose high limb needs more than 64 bits',
    native: 'valid',
    attempt: () => {
      const value = wrapped(signetTarget, 1n)
      return onSignet({ ...work(value), 'main.newWork.bit[127]': value >> 127n })
    },
    refusedBy: ['main.newWork: bit[127] is 0 or 1', 'main.newWork.cRange: in range'],
  },
  {
    rule: 'chainwork',
    name: 'a high limb that wraps so that c is small again, on signet',
    native: 'valid',
    attempt: () => {
      // high·target = 2^80 - 1 in the field, so c = 1, and a low limb for it: u = 2^64 - low·target.
      const high = ((1n << 80n) - 1n) * invert(signetTarget)
      return onSignet({ ...work(0n), 'main.newWork.bit[64]': high })
    },
    refusedBy: ['main.newWork: bit[64] is 0 or 1'],
  },
  {
    rule: 'chainwork',
    name: 'a low limb that wraps so that u is right for twice the work, on regtest',
    native: 'valid',
    attempt: () => {
      const u = regtestTarget - 1n
      const low = ((1n << 144n) - u) * invert(regtestTarget)
      return onRegtest({ ...work(0n), 'main.newWork.bit[0]': low })
    },
    refusedBy: ['main.newWork: bit[0] is 0 or 1'],
  },
  {
    rule: 'chainwork',
    name: 'work that is no multiple of 2^112 passes for one, and so gains a unit',
    native: 'valid',
    attempt: () => onRegtest({ 'main.newWork.whole.inverse': 0n }),
    refusedBy: ['main.newWork.whole: in or out is 0'],
  },
  {
    rule: 'chainwork',
    name: 'beyond 128 bits by one header',
    native: 'valid',
    attempt: () => onRegtest({}, { chainwork: (1n << 128n) - 2n }),
    refusedBy: ['main.chainworkRange: in range'],
  },
  {
    rule: 'chainwork',
    name: 'beyond 128 bits by the second header',
    native: 'valid',
    attempt: () => onRegtest({}, { chainwork: (1n << 128n) - 4n, two: true }),
    refusedBy: ['main.chainworkRange: in range'],
  },
  {
    rule: 'chainwork',
    name: 'the last that fits 128 bits is valid',
    native: 'valid',
    attempt: () => onRegtest({}, { chainwork: (1n << 128n) - 5n, two: true }),
    refusedBy: [],
  },
  {
    rule: 'chainwork',
    name: 'the sum is said to be greater',
    native: 'valid',
    attempt: () => onRegtest({ 'main.chainwork': 1n << 100n }),
    refusedBy: ['main: activeWork'],
  },
  {
    rule: 'chainwork',
    name: "slot 0's work is said to be greater",
    native: 'valid',
    attempt: () => onRegtest({ 'main.work0': 1n << 100n }),
    refusedBy: ['main: work0'],
  },
  {
    rule: 'chainwork',
    name: "an inactive slot's work counts",
    native: 'valid',
    attempt: () => onRegtest({ 'main.activeWork': 2n }),
    refusedBy: ['main: activeWork'],
  },
]
