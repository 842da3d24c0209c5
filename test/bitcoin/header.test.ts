import { hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blockHash,
  decodeHeader,
  encodeHeader,
  fromDisplay,
  hashToUint256,
  headerHash,
  mainnet,
  regtest,
  sameHash,
  signet,
  startContext,
  testnet4,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { slowHash } from '../support/reference-rules.ts'

describe('header codec', () => {
  it('reads and writes any 80 bytes, at any offset', () => {
    const bytes = fc.uint8Array({ minLength: 80, maxLength: 80 })
    fc.assert(
      fc.property(bytes, fc.nat(7), (raw, offset) => {
        const shifted = new Uint8Array(offset + 85)
        shifted.set(raw, offset)
        const header = decodeHeader(shifted, offset)
        expect(encodeHeader(header)).toEqual(raw)
        expect(hashToUint256(headerHash(header))).toBe(slowHash(header))
      }),
    )
  })

  it('reads the version as signed and the other numbers as unsigned', () => {
    const header = decodeHeader(new Uint8Array(80).fill(0xff))
    expect(header).toMatchObject({ version: -1, time: 0xffffffff, bits: 0xffffffff, nonce: 0xffffffff })
  })

  it('does not share memory with what it was read from', () => {
    const bytes = new Uint8Array(80)
    const header = decodeHeader(bytes)
    bytes.fill(1)
    expect(header.prevHash).toEqual(new Uint8Array(32))
    expect(header.merkleRoot).toEqual(new Uint8Array(32))
  })

  it('refuses fewer than 80 bytes', () => {
    for (const [length, offset] of [
      [79, 0],
      [0, 0],
      [159, 80],
      [160, -1],
    ] as const) {
      expect(() => decodeHeader(new Uint8Array(length), offset)).toThrow(
        expect.objectContaining({ code: 'E_HEADER_LENGTH' }),
      )
    }
  })
})

describe('block hashes', () => {
  // Bitcoin Core, kernel/chainparams.cpp.
  it.each([
    [mainnet, '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'],
    [signet, '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6'],
    [testnet4, '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043'],
    [regtest, '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'],
  ])('the genesis of $name', (params, display) => {
    const { hash } = startContext(params)
    expect(toDisplay(hash)).toBe(display)
    expect(sameHash(fromDisplay(display), hash)).toBe(true)
    expect(hashToUint256(hash)).toBe(BigInt(`0x${display}`))
  })

  it('differ in any single bit', () => {
    const a = blockHash(new Uint8Array(32))
    for (let bit = 0; bit < 256; bit++) {
      const b = blockHash(a.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)))
      expect(sameHash(a, b)).toBe(false)
    }
  })

  it('refuse other lengths and other digits', () => {
    const code = expect.objectContaining({ code: 'E_HASH' })
    expect(() => blockHash(hexToBytes('00'))).toThrow(code)
    expect(() => fromDisplay('00')).toThrow(code)
    expect(() => fromDisplay('g'.repeat(64))).toThrow(code)
  })
})
