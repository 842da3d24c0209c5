import {
  decodeCompact,
  encodeCompact,
  type Header,
  type NetworkParams,
  regtest,
  signet,
} from '../../../src/bitcoin/index.ts'
import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf } from '../scenario.ts'
import { type Attempt, type Forgery, inBits } from './forgery.ts'

const NOW = 1_700_000_000
const LIMIT = signet.limitCompact
/** Half of the limit. */
const HALF = 0x1e01bbd7
const unit = (bits: number) => decodeCompact(bits).target >> 112n

interface Boundary {
  /** Seconds from the epoch's first header to its last. */
  readonly span: number
  /** nBits of the ending epoch. */
  readonly old?: number
  /** nBits of the new epoch's first header; right where left out. */
  readonly bits?: number
  readonly slot?: 0 | 1
  readonly params?: NetworkParams
  readonly lies?: Lies
}

/** A step in which an epoch of signet begins, in slot 0, or in slot 1 after the epoch's last header in slot 0. */
function boundary({ span, old = HALF, bits, slot = 0, params = signet, lies = {} }: Boundary): Attempt {
  const times = Array.from({ length: 11 }, (_, i) => NOW - 600 * (10 - i))
  const last = slot === 0 ? NOW : NOW + 600
  const state = stateAt({
    params,
    height: 2 * params.epochLength - 1 - slot,
    bits: old,
    times,
    epochStartTime: last - span,
    maxTime: Math.max(NOW, last - span),
  })
  if (slot === 0) {
    const header = nextHeader(state, bits === undefined ? {} : { bits }, easier(bits))
    return { state, headers: [header], input: stepOf(state, header), lies }
  }
  const first = nextHeader(state)
  const second = nextHeader(after(state, first), bits === undefined ? {} : { bits }, easier(bits))
  return { state, headers: [first, second], input: stepOf(state, first, second), lies }
}

/** Forged nBits need a hash below the limit only: their own target may be anything. */
function easier(bits: number | undefined) {
  if (bits === undefined) return undefined
  const { target } = decodeCompact(bits)
  const limit = decodeCompact(LIMIT).target
  return { high: target < limit && target > 0n ? target : limit }
}

/** Within an epoch, at regtest's difficulty. */
function inside(bits: number, slot: 0 | 1, lies: Lies = {}): Attempt {
  const state = stateAt({ params: regtest, height: 10 })
  const first = slot === 0 ? nextHeader(state, { bits }) : nextHeader(state)
  const second: Header | undefined = slot === 0 ? undefined : nextHeader(after(state, first), { bits })
  return { state, headers: [first, second], input: stepOf(state, first, second), lies }
}

const refused = (
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
const valid = (name: string, wanted: Boundary): Forgery => refused(name, () => boundary(wanted), [], 'valid')

/** Where nothing is said of bits0, a bit of slot 0's nBits takes up the difference, and the hash is of something else. */
const GARBLED = ['main.header[0].c1']

const quotient = (value: bigint) => inBits('main.retarget.bit', value, 124)
const right = (old: number, span: number) => (unit(old) * BigInt(span)) / 1_209_600n
/** nBits of a quotient in units of 2^112. */
const compactOf = (q: bigint) => encodeCompact(q << 112n)

/** Rule 2: nBits is the required value at every height. */
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
  valid('boundary in slot 0, slower than wanted', { span: 1_500_000 }),
  valid('boundary in slot 1, slower than wanted', { span: 1_500_000, slot: 1 }),
  valid('boundary, faster than wanted', { span: 1_000_000, old: LIMIT }),
  valid('boundary, clamped to a quarter', { span: 100_000, old: LIMIT }),
  valid('boundary, clamped to four times, at the limit', { span: 9_000_000 }),
  valid('boundary, a negative timespan', { span: -5_000_000, old: LIMIT }),
  valid('boundary in slot 1, a negative timespan', { span: -1, old: LIMIT, slot: 1 }),
  refused(
    'old nBits kept at a boundary in slot 0',
    () => boundary({ span: 1_500_000, bits: HALF, lies: { 'main.bits0': BigInt(HALF) } }),
    ['main: bits0'],
  ),
  refused('old nBits kept at a boundary in slot 1', () => boundary({ span: 1_500_000, bits: HALF, slot: 1 }), [
    'main: nBits of slot 1',
  ]),
  refused(
    'the boundary in slot 0 is denied',
    () => boundary({ span: 1_000_000, bits: HALF, lies: { 'main.ends[0].out': 0n } }),
    ['main.ends[0]: inverse'],
  ),
  refused(
    'the boundary in slot 1 is denied',
    () => boundary({ span: 1_000_000, bits: HALF, slot: 1, lies: { 'main.ends1': 0n } }),
    ['main: ends1'],
  ),
  refused(
    'a quotient one mantissa unit too great',
    () =>
      boundary({
        span: 1_000_000,
        bits: compactOf(right(HALF, 1_000_000)) + 1,
        lies: quotient(right(HALF, 1_000_000) + (1n << 104n)),
      }),
    ['main.retarget.remainderHigh: in range', 'main.retarget.remainderLow: in range'],
  ),
  refused(
    'a quotient one mantissa unit too small',
    () =>
      boundary({
        span: 1_000_000,
        bits: compactOf(right(HALF, 1_000_000)) - 1,
        lies: quotient(right(HALF, 1_000_000) - (1n << 104n)),
      }),
    ['main.retarget.remainderHigh: in range', 'main.retarget.remainderLow: in range'],
  ),
  refused('the quotient is the limit, and its lowest bit wraps around the field to make up for it', () => {
    const forged = unit(LIMIT)
    const q = right(HALF, 302_400)
    return boundary({ span: 100, bits: LIMIT, lies: { ...quotient(forged), 'main.retarget.bit[0]': q - forged } })
  }, ['main.retarget: bit[0] is 0 or 1']),
  refused('a quotient that wraps around the field, cut to its bits', () => {
    const wrapped = ((unit(HALF) * 302_400n + P) / 1_209_600n) & ((1n << 122n) - 1n)
    return boundary({
      span: 100,
      bits: compactOf(wrapped) > LIMIT ? LIMIT : compactOf(wrapped),
      lies: quotient(wrapped),
    })
  }, ['main.retarget.remainderHigh: in range', 'main.retarget.remainderLow: in range']),
  refused(
    'the product is another, so that the quotient fits',
    () => boundary({ span: 100, bits: LIMIT, lies: { 'main.retarget.product': unit(HALF) * 4_838_400n } }),
    ['main.retarget: product'],
  ),
  refused(
    'a negative timespan is clamped to the far side',
    () => boundary({ span: -5_000_000, bits: LIMIT, lies: { 'main.retarget.notLong.claim': 0n } }),
    ['main.retarget.notLong: bit[0] is 0 or 1'],
  ),
  refused(
    'a short timespan is not clamped',
    () =>
      boundary({
        span: 200_000,
        old: LIMIT,
        bits: compactOf(right(LIMIT, 200_000)),
        lies: { 'main.retarget.notShort.claim': 1n },
      }),
    ['main.retarget.notShort: bit[0] is 0 or 1'],
  ),
  refused('a long timespan is not clamped', () => {
    const old = 0x1d377ae0
    return boundary({
      span: 9_676_800,
      old,
      bits: compactOf(right(old, 9_676_800)),
      lies: { 'main.retarget.notLong.claim': 1n },
    })
  }, ['main.retarget.notLong: bit[0] is 0 or 1']),
  refused(
    'beyond the limit',
    () =>
      boundary({
        span: 4_000_000,
        old: LIMIT,
        bits: compactOf(right(LIMIT, 4_000_000)),
        lies: { 'main.retarget.over.claim': 0n },
      }),
    ['main.retarget.over: bit[0] is 0 or 1'],
    'high-hash',
  ),
  refused(
    'the limit where the target is harder',
    () => boundary({ span: 1_000_000, bits: LIMIT, lies: { 'main.retarget.over.claim': 1n } }),
    ['main.retarget.over: bit[0] is 0 or 1'],
  ),
  refused(
    'timespan to the header of the new epoch',
    () =>
      boundary({
        span: 1_000_000,
        slot: 1,
        bits: compactOf(right(HALF, 1_000_600)),
        lies: { 'main.retarget.lastTime': BigInt(NOW + 1200) },
      }),
    ['main: retarget.lastTime'],
  ),
  refused('a mantissa one byte too long, which passes for beyond the limit', () => {
    const lies = { 'main.retarget.is[13]': 0n, 'main.retarget.is[12]': 1n }
    return boundary({ span: 1_000_000, bits: LIMIT, lies })
  }, ['main.retarget.mantissaHigh: in range', 'main.retarget.mantissaLow: in range']),
  refused('a mantissa one byte too short', () => {
    const old = 0x1d377ae0
    const q = right(old, 1_000_000)
    const forged = Number((q >> 104n) + (30n << 24n))
    return boundary({
      span: 1_000_000,
      old,
      bits: forged,
      lies: { 'main.retarget.is[12]': 0n, 'main.retarget.is[13]': 1n },
    })
  }, ['main.retarget.mantissaLow: in range']),
  refused(
    'another size of the limit',
    () =>
      boundary({
        span: 4_000_000,
        old: LIMIT,
        bits: LIMIT,
        lies: { 'main.params.target.is[13]': 0n, 'main.params.target.is[14]': 1n },
      }),
    ['main.params.target: is[14] is 0 or 1', 'main.params.target: is[15] is 0 or 1', 'main.params.target: target'],
    'valid',
  ),
  refused(
    'the retarget is switched off',
    () => boundary({ span: 1_000_000, bits: HALF, lies: { 'main.retargets': 0n } }),
    ['main: retargets'],
  ),
  refused(
    'the flag of retargeting is cleared in the parameters',
    () => boundary({ span: 1_000_000, bits: HALF, lies: { 'main.params.bits.out[32]': 0n } }),
    ['main.params.bits: out[33] is 0 or 1'],
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
