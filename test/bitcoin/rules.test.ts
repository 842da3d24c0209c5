import { describe, expect, it } from 'vitest'
import {
  blockHash,
  checkHeader,
  checkNotTooNew,
  checkProofOfWork,
  decodeCompact,
  type Header,
  hashToUint256,
  headerHash,
  mainnet,
  medianTimePast,
  regtest,
  signet,
  startContext,
} from '../../src/bitcoin/index.ts'
import { retarget } from '../../src/bitcoin/required-bits.ts'
import { requiredVersion } from '../../src/bitcoin/versions.ts'
import { ALL_BITS } from '../support/mine.ts'
import { grow, nextHeader } from '../support/synthetic.ts'

const start = startContext(regtest)
const genesisTime = regtest.genesis.time

function verdict(params: typeof regtest, context: typeof start, header: Header): string {
  const result = checkHeader(params, context, header)
  return result.ok ? 'valid' : result.reject
}

describe('high-hash', () => {
  const { target } = decodeCompact(regtest.limitCompact)

  it('refuses a hash above the target and nothing else', () => {
    const header = nextHeader(regtest, start, {}, { low: target, high: ALL_BITS })
    expect(checkHeader(regtest, start, header)).toMatchObject({ ok: false, reject: 'high-hash', height: 1 })
    expect(verdict(regtest, start, nextHeader(regtest, start))).toBe('valid')
  })

  it('accepts a hash equal to the target and refuses one above it by 1', () => {
    // No header can be mined for either, so the hash is given.
    const header = nextHeader(regtest, start)
    const context = { ...start, target: hashToUint256(headerHash(header)) }
    expect(verdict(regtest, context, header)).toBe('valid')
    expect(verdict(regtest, { ...context, target: context.target - 1n }, header)).toBe('high-hash')
    const bytes = new Uint8Array(32)
    bytes.set([0xff, 0xff], 26)
    expect(checkProofOfWork(mainnet, 0x1d00ffff, blockHash(bytes))).toBeUndefined()
    bytes[0] = 1
    expect(checkProofOfWork(mainnet, 0x1d00ffff, blockHash(bytes))).toContain('above')
  })

  it.each([
    ['negative', 0x1d80ffff],
    ['zero', 0x00000000],
    ['zero with a sign', 0x01800000],
    ['overflowing', 0x2200ffff],
    ['overflowing to something small', 0x23000100],
    ['easier than the limit', 0x1d010000],
    ['easier than the limit, written longer', 0x1e000100],
  ])('refuses %s nBits whatever the hash', (_, bits) => {
    expect(checkProofOfWork(mainnet, bits, blockHash(new Uint8Array(32)))).toContain('no target')
    const header = { ...nextHeader(regtest, start), bits }
    expect(verdict(mainnet, { ...start, bits: 0x1d00ffff }, header)).toBe('high-hash')
  })

  it('accepts the limit written longer as work; nBits is then what refuses it', () => {
    expect(checkProofOfWork(signet, 0x1e0377ae, blockHash(new Uint8Array(32)))).toBeUndefined()
    const header = nextHeader(regtest, start, { bits: 0x2100007f }, { high: 0x7fn << 240n })
    expect(verdict(regtest, start, header)).toBe('bad-diffbits')
  })

  it('is reported before everything else', () => {
    const wrong: Partial<Header> = { prevHash: blockHash(new Uint8Array(32)), time: 0, version: 0 }
    expect(verdict(regtest, start, nextHeader(regtest, start, wrong, { low: target, high: ALL_BITS }))).toBe(
      'high-hash',
    )
  })
})

describe('order of the other rules', () => {
  it('is parent, nBits, time, version', () => {
    const bad: Partial<Header> = { bits: 0x207ffffe, time: 0, version: 0 }
    const parentless = { ...bad, prevHash: blockHash(new Uint8Array(32)) }
    expect(verdict(regtest, start, nextHeader(regtest, start, parentless))).toBe('bad-prevblk-link')
    expect(verdict(regtest, start, nextHeader(regtest, start, bad))).toBe('bad-diffbits')
    expect(verdict(regtest, start, nextHeader(regtest, start, { time: 0, version: 0 }))).toBe('time-too-old')
    expect(verdict(regtest, start, nextHeader(regtest, start, { version: 0 }))).toBe('bad-version')
  })
})

describe('bad-prevblk-link', () => {
  it('refuses any parent but the tip', () => {
    const one = grow(regtest, start, [genesisTime + 1])
    const header = nextHeader(regtest, one, { prevHash: start.hash })
    expect(checkHeader(regtest, one, header)).toMatchObject({ reject: 'bad-prevblk-link', height: 2 })
    expect(verdict(regtest, one, nextHeader(regtest, one))).toBe('valid')
  })
})

describe('bad-diffbits', () => {
  it('refuses harder nBits where none are due, and accepts only the same encoding', () => {
    expect(verdict(regtest, start, nextHeader(regtest, start, { bits: 0x207ffffe }))).toBe('bad-diffbits')
    expect(verdict(regtest, start, nextHeader(regtest, start))).toBe('valid')
  })

  it('never changes without retargeting, at a boundary either', () => {
    const params = { ...regtest, epochLength: 2 }
    const last = grow(params, start, [genesisTime + 1])
    expect(verdict(params, last, nextHeader(params, last, { bits: 0x201fffff }))).toBe('bad-diffbits')
    expect(verdict(params, last, nextHeader(params, last))).toBe('valid')
  })

  it('takes the epoch’s first header, not the last of the epoch before', () => {
    // Times chosen so that the two definitions differ: 604,800 s within the epoch, 1,209,600 s with the gap.
    const params = { ...regtest, epochLength: 2, retargeting: true }
    const t = genesisTime
    const context = grow(params, start, [t + 604_800, t + 1_209_600, t + 1_814_400])
    expect(context.height).toBe(3)
    expect(context.epochStartTime).toBe(t + 1_209_600)
    const right = retarget(context.bits, 604_800, params.limitCompact)
    const wrong = retarget(context.bits, 1_209_600, params.limitCompact)
    expect(verdict(params, context, nextHeader(params, context, { bits: right }))).toBe('valid')
    expect(verdict(params, context, nextHeader(params, context, { bits: wrong }))).toBe('bad-diffbits')
  })
})

describe('time-too-old', () => {
  it('refuses the median itself and accepts one more, at heights 1 to 13', () => {
    let context = start
    for (let height = 1; height <= 13; height++) {
      const median = medianTimePast(context.times)
      expect(verdict(regtest, context, nextHeader(regtest, context, { time: median }))).toBe('time-too-old')
      expect(verdict(regtest, context, nextHeader(regtest, context, { time: median + 1 }))).toBe('valid')
      context = grow(regtest, context, [median + (height % 3 === 0 ? 1 : 50 * height)])
    }
  })

  it('lets a time lie before the parent’s, and forgets the twelfth header back', () => {
    const far = grow(
      regtest,
      start,
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((i) => genesisTime + 100 * i),
    )
    expect(far.times).toHaveLength(11)
    const before = nextHeader(regtest, far, { time: genesisTime + 501 })
    expect(verdict(regtest, far, before)).toBe('valid')
    // With the genesis gone from the window the median moves up to 600.
    const next = grow(regtest, far, [genesisTime + 1100])
    expect(verdict(regtest, next, nextHeader(regtest, next, { time: genesisTime + 600 }))).toBe('time-too-old')
    expect(verdict(regtest, next, nextHeader(regtest, next, { time: genesisTime + 601 }))).toBe('valid')
  })
})

describe('time-too-new', () => {
  it('allows two hours and no second more', () => {
    expect(checkNotTooNew(1_000_000 + 7200, 1_000_000)).toBeUndefined()
    expect(checkNotTooNew(1_000_000 + 7201, 1_000_000)).toBe('time-too-new')
  })

  it('concerns the greatest time so far, which later and smaller times leave as it is', () => {
    const context = grow(regtest, start, [genesisTime + 1, genesisTime + 2, genesisTime + 9999])
    expect(grow(regtest, context, [genesisTime + 3]).maxTime).toBe(genesisTime + 9999)
    expect(grow(regtest, context, [genesisTime + 10_000]).maxTime).toBe(genesisTime + 10_000)
  })
})

describe('bad-version', () => {
  const params = { ...regtest, v2Height: 2, v3Height: 3, v4Height: 4 }

  it.each([
    [1, -1, 'valid'],
    [2, 1, 'bad-version'],
    [2, 2, 'valid'],
    [3, 2, 'bad-version'],
    [3, 3, 'valid'],
    [4, 3, 'bad-version'],
    [4, 4, 'valid'],
    [4, -4, 'bad-version'],
    [4, -(2 ** 31) + 4, 'bad-version'],
    [4, 2 ** 31 - 1, 'valid'],
    [4, 0x20000000, 'valid'],
  ])('at height %i version %i is %s', (height, version, expected) => {
    const times = Array.from({ length: height - 1 }, (_, i) => genesisTime + i + 1)
    const context = grow(params, start, times)
    expect(verdict(params, context, nextHeader(params, context, { version }))).toBe(expected)
  })

  it('starts on mainnet at 227,931, 363,725 and 388,381', () => {
    expect([227_930, 227_931, 363_724, 363_725, 388_380, 388_381].map((h) => requiredVersion(mainnet, h))).toEqual([
      undefined,
      2,
      2,
      3,
      3,
      4,
    ])
  })
})
