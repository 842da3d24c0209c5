import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import {
  checkHeader,
  checkHeaderFile,
  checkProofOfWork,
  contextFromHeaders,
  decodeHeader,
  fromDisplay,
  HEADER_BYTES,
  headerHash,
  mainnet,
  startContext,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { excerpt, excerptContext, tipContext } from '../support/excerpts.ts'
import { checkRetarget, type Retarget } from '../support/retarget-vector.ts'
import { vector } from '../support/shared-data.ts'

interface Linked {
  readonly height: number
  readonly hash: string
  readonly header: string
}

describe('real headers (excerpts)', () => {
  it.each([
    ['mainnet-start', 60],
    ['signet-start', 100],
    ['testnet4-start', 100],
  ])('%s passes from its genesis', (name, height) => {
    const { params, bytes } = excerpt(name)
    const result = checkHeaderFile(params, bytes)
    expect(result).toMatchObject({ ok: true, next: { height } })
  })

  it.each([
    ['mainnet-32256', 32255],
    ['mainnet-824544', 824543],
    ['mainnet-alt-2016', 2015],
    ['testnet3-8064', 8050],
  ])('%s passes across its retarget', (name, from) => {
    const cut = excerpt(name)
    const { params, bytes, startHeight, headers } = cut
    const context = excerptContext(cut, from)
    const result = checkHeaderFile(params, bytes, { startHeight, context })
    expect(result).toMatchObject({ ok: true, next: { height: startHeight + headers.length - 1 } })
  })

  it('mainnet passes from an anchor that the epoch before it begins', () => {
    const { params, bytes, startHeight } = excerpt('mainnet-822527')
    const anchor = contextFromHeaders(params, bytes, startHeight, 822_538)
    if (!anchor.ok) throw new Error(anchor.reject)
    expect(anchor.next.chainwork).toBe(0n)
    const result = checkHeaderFile(params, bytes, { startHeight, context: anchor.next })
    expect(result).toMatchObject({ ok: true, next: { height: 822_550, chainwork: anchor.next.work * 12n } })
  })

  it('an anchor equals the context that the whole chain gives, but for work and greatest time', () => {
    const { params, bytes } = excerpt('mainnet-start')
    const whole = checkHeaderFile(params, bytes, { to: 40 })
    const anchor = contextFromHeaders(params, bytes, 0, 40)
    if (!whole.ok || !anchor.ok) throw new Error('refused')
    const header = decodeHeader(bytes.subarray(40 * HEADER_BYTES, 41 * HEADER_BYTES))
    expect(anchor.next).toEqual({ ...whole.next, chainwork: 0n, header })
  })
})

describe('real retargets (excerpt)', () => {
  const { vectors } = vector<{ vectors: Retarget[] }>('retargets.json')
  it.each(vectors)('mainnet at $height', checkRetarget)
})

describe('real stale headers (excerpt)', () => {
  const { records } = vector<{ records: Linked[] }>('stale-headers.json')
  it.each(records)('$height $hash has its work', ({ hash, header }) => {
    const decoded = decodeHeader(hexToBytes(header))
    expect(toDisplay(headerHash(decoded))).toBe(hash)
    expect(checkProofOfWork(mainnet, decoded.bits, fromDisplay(hash))).toBeUndefined()
  })
})

describe('the fork of 4 July 2015', () => {
  const fork = vector<{ parent: { height: number; header: string }; invalid_branch: Linked[]; valid_branch: Linked[] }>(
    'fork-2015.json',
  )
  const parent = decodeHeader(hexToBytes(fork.parent.header))
  // Every time of both branches exceeds the parent's, so the median, which is at most that, decides nothing.
  const context = tipContext(fork.parent.height, parent, parent, [parent.time])

  it('accepts the branch that won', () => {
    let tip = context
    for (const { header, hash } of fork.valid_branch) {
      const result = checkHeader(mainnet, tip, decodeHeader(hexToBytes(header)))
      if (!result.ok) throw new Error(result.reject)
      expect(toDisplay(result.next.hash)).toBe(hash)
      tip = result.next
    }
    expect(tip.height).toBe(363_737)
  })

  it('refuses version 2 at 363,731 by the version rule alone, and its descendants with it', () => {
    const [first, ...rest] = fork.invalid_branch.map(({ header }) => decodeHeader(hexToBytes(header)))
    if (!first) throw new Error('no header')
    expect(checkHeader(mainnet, context, first)).toMatchObject({ ok: false, reject: 'bad-version', height: 363_731 })
    // One height earlier in the rule's life it would have passed: no other rule speaks against it.
    expect(checkHeader({ ...mainnet, v3Height: 363_732, v4Height: 400_000 }, context, first).ok).toBe(true)
    // The walk ends there: nothing after it is reached, and none of it joins the chain that remains.
    const bytes = Uint8Array.from(fork.invalid_branch.flatMap(({ header }) => [...hexToBytes(header)]))
    const walked = checkHeaderFile(mainnet, bytes, { startHeight: 363_731, context })
    expect(walked).toMatchObject({ ok: false, reject: 'bad-version', height: 363_731 })
    for (const header of rest) {
      expect(checkHeader(mainnet, context, header)).toMatchObject({ ok: false, reject: 'bad-prevblk-link' })
    }
    // Without the rule the whole branch would stand.
    const lax = { ...mainnet, v3Height: 363_732 }
    expect(checkHeaderFile(lax, bytes, { startHeight: 363_731, context }).ok).toBe(true)
  })
})

it('the first header of a chain builds on the genesis', () => {
  const { params, headers } = excerpt('mainnet-start')
  const [, first, second] = headers
  if (!first || !second) throw new Error('too short')
  expect(checkHeader(params, startContext(params), first).ok).toBe(true)
  expect(checkHeader(params, startContext(params), second)).toMatchObject({ reject: 'bad-prevblk-link', height: 1 })
})
