import { describe, expect, it } from 'vitest'
import { checkHeader, decodeCompact, regtest, startContext } from '../../src/bitcoin/index.ts'
import { retarget } from '../../src/bitcoin/required-bits.ts'
import { easyTestnet4, grow, nextHeader } from '../support/synthetic.ts'

const params = easyTestnet4
const limit = regtest.limitCompact
const t = params.genesis.time
const start = startContext(params)

/** Height 4: a quarter of the limit's target after a fast epoch. */
const hard = grow(params, start, [t + 1, t + 2, t + 3, t + 4])
const hardBits = retarget(limit, 0, limit)

function verdict(context: typeof start, header: Parameters<typeof checkHeader>[2], rules = params): string {
  const result = checkHeader(rules, context, header)
  return result.ok ? 'valid' : result.reject
}

describe('the 20-minute rule', () => {
  it('wants the limit from 1,201 s after the parent on, and the regular nBits until 1,200 s', () => {
    expect(hard.bits).toBe(hardBits)
    const time = t + 4 + 1200
    expect(verdict(hard, nextHeader(params, hard, { time, bits: hardBits }))).toBe('valid')
    expect(verdict(hard, nextHeader(params, hard, { time, bits: limit }))).toBe('bad-diffbits')
    expect(verdict(hard, nextHeader(params, hard, { time: time + 1, bits: hardBits }))).toBe('bad-diffbits')
    expect(verdict(hard, nextHeader(params, hard, { time: time + 1, bits: limit }))).toBe('valid')
  })

  it('goes back to the newest regular nBits of the epoch afterwards', () => {
    const easy = grow(params, hard, [t + 5000, t + 10_000])
    expect(easy.bits).toBe(limit)
    expect(verdict(easy, nextHeader(params, easy, { time: t + 10_001, bits: limit }))).toBe('bad-diffbits')
    expect(verdict(easy, nextHeader(params, easy, { time: t + 10_001, bits: hardBits }))).toBe('valid')
  })

  it('does not hold at the start of an epoch', () => {
    const last = grow(params, hard, [t + 5, t + 6, t + 7])
    const required = retarget(hardBits, 3, limit)
    const header = nextHeader(params, last, { time: t + 100_000, bits: limit })
    expect(verdict(last, header)).toBe('bad-diffbits')
    expect(verdict(last, nextHeader(params, last, { time: t + 100_000, bits: required }))).toBe('valid')
  })

  it('does not walk back beyond the start of the epoch', () => {
    // An epoch that itself starts at the limit: nBits of the one before, harder, must not return.
    const half = grow(params, start, [t + 1, t + 2, t + 604_800, t + 604_801])
    expect(half.bits).toBe(retarget(limit, 604_800, limit))
    const slow = grow(params, half, [t + 604_802, t + 604_803, t + 9_000_000, t + 9_000_001])
    expect(slow.bits).toBe(limit)
    expect(verdict(slow, nextHeader(params, slow, { time: t + 9_000_002 }))).toBe('valid')
    expect(nextHeader(params, slow, { time: t + 9_000_002 }).bits).toBe(limit)
  })
})

describe('BIP94', () => {
  it('retargets from the first nBits of the epoch, not from the last', () => {
    const last = grow(params, hard, [t + 5, t + 6, t + 600_000])
    expect(last.bits).toBe(limit)
    const required = retarget(hardBits, 599_996, limit)
    expect(verdict(last, nextHeader(params, last, { bits: required }))).toBe('valid')
    const fromLast = retarget(limit, 599_996, limit)
    expect(fromLast).not.toBe(required)
    expect(verdict(last, nextHeader(params, last, { bits: fromLast }))).toBe('bad-diffbits')
    // Without BIP94 (testnet3) it is the other way round.
    const testnet3 = { ...params, bip94: false }
    expect(verdict(last, nextHeader(params, last, { bits: required }), testnet3)).toBe('bad-diffbits')
    expect(verdict(last, nextHeader(params, last, { bits: fromLast }), testnet3)).toBe('valid')
  })

  it('allows an epoch to start 600 s before its parent and refuses 601 s', () => {
    const last = grow(params, start, [t + 1, t + 2, t + 1000])
    const at = (time: number) => nextHeader(params, last, { time })
    expect(verdict(last, at(t + 400))).toBe('valid')
    expect(verdict(last, at(t + 399))).toBe('time-timewarp-attack')
    expect(verdict(last, at(t + 399), { ...params, bip94: false })).toBe('valid')
    expect(verdict(last, { ...at(t + 399), version: 4 })).toBe('time-timewarp-attack')
  })

  it('reports a time at the median before the time warp, and the time warp before the version', () => {
    const last = grow(params, start, [t + 1, t + 2, t + 1000])
    expect(verdict(last, nextHeader(params, last, { time: t + 2 }))).toBe('time-too-old')
    expect(verdict(last, nextHeader(params, last, { time: t + 399, version: 1 }))).toBe('time-timewarp-attack')
  })

  it('has no time-warp rule inside an epoch', () => {
    const inside = grow(params, start, [t + 1, t + 1000])
    expect(verdict(inside, nextHeader(params, inside, { time: t + 2, bits: limit }))).toBe('valid')
    expect(decodeCompact(inside.bits).negative).toBe(false)
  })
})
