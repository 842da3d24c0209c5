import { decodeCompact, encodeCompact, signet } from '../../../src/bitcoin/index.ts'
import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf } from '../scenario.ts'
import { refused } from './bits.ts'
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
  /** The epoch's last header went alone into the step before. */
  readonly halfStep?: boolean
  readonly lies?: Lies
}

/** A step in which an epoch of signet begins, in slot 0, or in slot 1 after the epoch's last header in slot 0. */
function boundary({ span, old = HALF, bits, slot = 0, halfStep = false, lies = {} }: Boundary): Attempt {
  const times = Array.from({ length: 11 }, (_, i) => NOW - 600 * (10 - i))
  const last = slot === 0 ? NOW : NOW + 600
  const state = stateAt({
    params: signet,
    height: 2 * signet.epochLength - 1 - slot,
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
  if (halfStep) {
    const half = after(state, first)
    return { state: half, headers: [second], input: stepOf(half, second), lies }
  }
  return { state, headers: [first, second], input: stepOf(state, first, second), lies }
}

/** Forged nBits need a hash below the limit only: their own target may be anything. */
function easier(bits: number | undefined) {
  if (bits === undefined) return undefined
  const { target } = decodeCompact(bits)
  const limit = decodeCompact(LIMIT).target
  return { high: target < limit && target > 0n ? target : limit }
}

const valid = (name: string, wanted: Boundary): Forgery => refused(name, () => boundary(wanted), [], 'valid')

const quotient = (value: bigint) => inBits('main.retarget.bit', value, 124)
const right = (old: number, span: number) => (unit(old) * BigInt(span)) / 1_209_600n
/** nBits of a quotient in units of 2^112. */
const compactOf = (q: bigint) => encodeCompact(q << 112n)

/** Rule 2 at an epoch's first header. Signet's parameters: its targets are the greatest that retarget. */
export const retarget: readonly Forgery[] = [
  valid('boundary in slot 0, slower than wanted', { span: 1_500_000 }),
  valid('boundary in slot 1, slower than wanted', { span: 1_500_000, slot: 1 }),
  valid('boundary just after a half step', { span: 1_500_000, slot: 1, halfStep: true }),
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
    'old nBits kept at a boundary just after a half step',
    () => boundary({ span: 1_500_000, bits: HALF, slot: 1, halfStep: true, lies: { 'main.bits0': BigInt(HALF) } }),
    ['main: bits0'],
  ),
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
]
