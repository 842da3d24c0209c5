import { concatBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { walkHeaderFile } from '../../src/bitcoin/header-file.ts'
import {
  checkHeader,
  checkHeaderFile,
  contextFromHeaders,
  decodeCompact,
  encodeHeader,
  type Header,
  mainnet,
  moreWork,
  regtest,
  startContext,
} from '../../src/bitcoin/index.ts'
import { excerpt } from '../support/excerpts.ts'
import { ALL_BITS } from '../support/mine.ts'
import { nextHeader } from '../support/synthetic.ts'

const { bytes, headers } = excerpt('mainnet-start')
const epoch = excerpt('mainnet-822527')

/** A regtest chain of `count` headers and its genesis, with one header replaced. */
function chain(count: number, at = -1, differs: Partial<Header> = {}, high = false): Uint8Array {
  let context = startContext(regtest)
  const all = [encodeHeader(regtest.genesis)]
  for (let height = 1; height <= count; height++) {
    const { target } = decodeCompact(regtest.limitCompact)
    const range = high && height === at ? { low: target, high: ALL_BITS } : { high: target }
    const header = nextHeader(regtest, context, height === at ? differs : {}, range)
    all.push(encodeHeader(header))
    const result = checkHeader(regtest, context, header)
    if (result.ok) context = result.next
  }
  return concatBytes(...all)
}

describe('header files', () => {
  it('yield every header with the context after it', () => {
    const walked = [...walkHeaderFile(mainnet, bytes)]
    expect(walked).toHaveLength(60)
    expect(walked[0]).toMatchObject({ ok: true, header: headers[1], next: { height: 1 } })
    expect(checkHeaderFile(mainnet, bytes, { to: 17 })).toMatchObject({ ok: true, next: { height: 17 } })
  })

  it('go on from a context, whether or not the file holds its header', () => {
    const half = checkHeaderFile(mainnet, bytes, { to: 30 })
    if (!half.ok) throw new Error(half.reject)
    const whole = checkHeaderFile(mainnet, bytes)
    expect(checkHeaderFile(mainnet, bytes, { context: half.next })).toEqual(whole)
    const rest = bytes.slice(31 * 80)
    expect(checkHeaderFile(mainnet, rest, { context: half.next, startHeight: 31 })).toEqual(whole)
  })

  it.each([
    ['one byte more', concatBytes(bytes, Uint8Array.of(0)), 61],
    ['one byte less', bytes.slice(0, -1), 60],
    ['nothing', new Uint8Array(), 0],
  ])('bad-length: %s', (_, given, height) => {
    expect(checkHeaderFile(mainnet, given)).toMatchObject({ ok: false, reject: 'bad-length', height })
  })

  it.each([
    ['high-hash', {}, true],
    ['bad-prevblk-link', { prevHash: startContext(mainnet).hash }, false],
    ['bad-diffbits', { bits: 0x207ffffe }, false],
    ['time-too-old', { time: regtest.genesis.time }, false],
    ['bad-version', { version: 3 }, false],
  ] as const)('%s in the middle ends the walk there', (reject, differs, high) => {
    const file = chain(6, 4, differs, high)
    const walked = [...walkHeaderFile(regtest, file)]
    expect(walked).toHaveLength(4)
    expect(walked.at(-1)).toMatchObject({ ok: false, reject, height: 4 })
    // What stands before the breach is still fine.
    expect(checkHeaderFile(regtest, file, { to: 3 })).toMatchObject({ ok: true, next: { height: 3 } })
  })

  it('bad-prevblk-link: a header left out, two swapped, another chain', () => {
    const gap = concatBytes(bytes.slice(0, 5 * 80), bytes.slice(6 * 80))
    expect(checkHeaderFile(mainnet, gap)).toMatchObject({ reject: 'bad-prevblk-link', height: 5 })
    const swapped = concatBytes(bytes.slice(0, 400), bytes.slice(480, 560), bytes.slice(400, 480))
    expect(checkHeaderFile(mainnet, swapped)).toMatchObject({ reject: 'bad-prevblk-link', height: 5 })
    const half = checkHeaderFile(mainnet, bytes, { to: 30 })
    const alt = checkHeaderFile(mainnet, bytes, { to: 29 })
    if (!half.ok || !alt.ok) throw new Error('refused')
    const elsewhere = { ...half.next, hash: alt.next.hash }
    expect(checkHeaderFile(mainnet, bytes, { context: elsewhere })).toMatchObject({
      reject: 'bad-prevblk-link',
      height: 30,
    })
  })

  it('bad-genesis: a file of another network', () => {
    expect(checkHeaderFile(regtest, bytes)).toMatchObject({ reject: 'bad-genesis', height: 0 })
  })

  it('every flipped bit of a header is noticed at its height or the next', () => {
    for (let bit = 0; bit < 640; bit += 7) {
      const flipped = Uint8Array.from(bytes)
      flipped[7 * 80 + (bit >> 3)]! ^= 1 << (bit & 7)
      expect(checkHeaderFile(mainnet, flipped)).toMatchObject({ ok: false, reject: 'high-hash', height: 7 })
    }
  })

  it('throw where the range is the caller’s mistake', () => {
    const code = expect.objectContaining({ code: 'E_HEADER_RANGE' })
    expect(() => checkHeaderFile(mainnet, bytes, { to: 61 })).toThrow(code)
    expect(() => checkHeaderFile(mainnet, bytes, { startHeight: 100 })).toThrow(code)
    expect(() => checkHeaderFile(mainnet, bytes, { startHeight: 2, context: startContext(mainnet) })).toThrow(code)
    const half = checkHeaderFile(mainnet, bytes, { to: 30 })
    if (!half.ok) throw new Error(half.reject)
    expect(() => checkHeaderFile(mainnet, bytes.slice(0, 800), { context: half.next })).toThrow(code)
  })
})

describe('anchors', () => {
  it('need the epoch’s first header and the ten before', () => {
    const code = expect.objectContaining({ code: 'E_HEADER_RANGE' })
    const { params, startHeight } = epoch
    const at = (from: number, height: number) =>
      contextFromHeaders(params, epoch.bytes.slice(from * 80), startHeight + from, height)
    expect(at(1, 822_538).ok).toBe(true)
    expect(() => at(2, 822_538)).toThrow(code)
    // Ten before 822,537 reach back beyond the epoch to 822,527.
    expect(at(0, 822_537).ok).toBe(true)
    expect(() => at(1, 822_537)).toThrow(code)
    expect(() => at(0, 822_551)).toThrow(code)
  })

  it('come out the same of any file that holds those headers', () => {
    const long = contextFromHeaders(epoch.params, epoch.bytes, 822_527, 822_540)
    const short = contextFromHeaders(epoch.params, epoch.bytes.slice(80, 14 * 80), 822_528, 822_540)
    expect(long.ok).toBe(true)
    expect(long).toEqual(short)
  })

  it('carry the window, the epoch and the nBits of their place', () => {
    const anchor = contextFromHeaders(epoch.params, epoch.bytes, 822_527, 822_541)
    const at = (height: number) => epoch.headers[height - 822_527]!
    expect(anchor).toMatchObject({
      ok: true,
      next: {
        height: 822_541,
        bits: at(822_541).bits,
        times: Array.from({ length: 11 }, (_, i) => at(822_531 + i).time),
        epochStartTime: at(822_528).time,
        epochStartBits: at(822_528).bits,
        chainwork: 0n,
      },
    })
  })

  it.each([
    ['high-hash', { nonce: 1 }],
    ['bad-prevblk-link', { prevHash: startContext(mainnet).hash }],
    ['bad-diffbits', { bits: 0x207ffffe }],
    ['time-too-old', { time: regtest.genesis.time }],
    ['bad-version', { version: 3 }],
  ] as const)('refuse what their own headers show: %s', (reject, differs) => {
    const file = chain(15, 13, differs, reject === 'high-hash')
    expect(contextFromHeaders(regtest, file, 0, 12).ok).toBe(true)
    expect(contextFromHeaders(regtest, file, 0, 14)).toMatchObject({ ok: false, reject, height: 13 })
  })

  it.each([1, 79, 81])('refuse %i bytes after the last whole header, wherever the anchor is', (more) => {
    const { params, startHeight } = epoch
    const file = new Uint8Array([...epoch.bytes, ...new Uint8Array(more)])
    const height = startHeight + Math.floor(file.length / 80)
    for (const at of [822_538, height]) {
      expect(contextFromHeaders(params, file, startHeight, at)).toMatchObject({ reject: 'bad-length', height })
    }
    const cut = epoch.bytes.slice(0, -more)
    expect(contextFromHeaders(params, cut, startHeight, 822_538)).toMatchObject({ reject: 'bad-length' })
  })

  it('refuse another network’s genesis', () => {
    expect(contextFromHeaders(regtest, bytes, 0, 20)).toMatchObject({ reject: 'bad-genesis', height: 0 })
  })
})

describe('fork choice', () => {
  const shorter = { ...startContext(mainnet), height: 5, chainwork: 100n }
  const longer = { ...startContext(mainnet), height: 9, chainwork: 99n }

  it('takes the most work, not the greatest height', () => {
    expect(moreWork(longer, shorter)).toBe(shorter)
    expect(moreWork(shorter, longer)).toBe(shorter)
  })

  it('keeps the first seen on equal work', () => {
    const equal = { ...longer, chainwork: 100n }
    expect(moreWork(shorter, equal)).toBe(shorter)
    expect(moreWork(equal, shorter)).toBe(equal)
  })
})
