import { describe, expect, it } from 'vitest'
import type { DisplayHash } from '../../src/bitcoin/index.ts'
import type { ProvedChain } from '../../src/bus/index.ts'
import { ago, duration, factsOf, keyCaution, log2, utc } from '../../src/web/facts.ts'

const chain: ProvedChain = {
  network: 'mainnet',
  height: 925_000,
  tip: '00'.repeat(32) as DisplayHash,
  bits: 0x1701f0cc,
  work: 0xdeadbeef0000000000000000n,
  accumulator: 5n,
  steps: 462_500,
  anchor: null,
  setup: 'ceremony',
  pow: 'strong',
  keyId: 'ab'.repeat(32),
  maxTime: 1_700_000_000,
  start: '11'.repeat(32) as DisplayHash,
  startDigest: '22'.repeat(32),
  params: 1n,
}
const timing = { loadMs: 900, verifyMs: 1234, proofBytes: 11_500 }
const factOf = (changes: Partial<ProvedChain>, label: string) =>
  factsOf({ ...chain, ...changes }, timing, 1_700_000_060).find((fact) => fact.label === label)

describe('what the page says of a proof', () => {
  it('gives work in full and as a power of two', () => {
    expect(factOf({}, 'Chainwork')).toMatchObject({ value: '0xdeadbeef0000000000000000' })
    expect(factOf({}, 'Chainwork')?.note).toMatch(/^2\^95\.80 /)
    for (const bits of [0n, 1n, 52n, 53n, 96n, 127n]) expect(log2(1n << bits)).toBeCloseTo(Number(bits), 9)
    expect(log2(3n)).toBeCloseTo(Math.log2(3), 9)
  })

  it('marks the development setup and weak work, and nothing else', () => {
    expect(factsOf(chain, timing, 1_700_000_000).filter((fact) => fact.bad)).toEqual([])
    expect(factOf({ setup: 'insecure-dev' }, 'Setup')).toMatchObject({ value: 'INSECURE-DEV', bad: true })
    expect(factOf({ pow: 'weak' }, 'Proof of work')).toMatchObject({ value: 'weak', bad: true })
  })

  it('says of another key than the built-in one which it is, and what a verdict by it is worth', () => {
    expect(keyCaution('ab', 'ab')).toBeUndefined()
    expect(keyCaution('cd', 'ab')).toMatch(
      /cd, is not the one this program was built with.*circuit.*checked.*powers of tau/,
    )
  })

  it('names the anchor, and calls work since then by its name', () => {
    const anchor = { height: 840_000, hash: '22'.repeat(32) as DisplayHash }
    expect(factOf({ anchor }, 'Chainwork')).toBeUndefined()
    expect(factOf({ anchor }, 'Work since anchor')).toBeDefined()
    expect(factOf({ anchor }, 'Anchor')).toMatchObject({ value: 'height 840,000', note: anchor.hash })
  })

  it('writes times and durations', () => {
    expect(utc(1_231_006_505)).toBe('2009-01-03 18:15:05 UTC')
    expect([ago(-5), ago(3), ago(60), ago(7200), ago(86_400 * 400)]).toEqual([
      'ahead of this machine’s clock',
      'just now',
      '1 minute ago',
      '2 hours ago',
      '1 year ago',
    ])
    expect([duration(42.4), duration(1634)]).toEqual(['42\u00a0ms', '1.63\u00a0s'])
  })
})
