import { Block } from 'bitcoinjs-lib'
import { describe, expect, it } from 'vitest'
import { checkProofOfWork, encodeHeader, headerHash } from '../../src/bitcoin/index.ts'
import { excerpt } from '../support/excerpts.ts'

/** Another library's reading of the same bytes. Its target is not compared: it masks the sign bit of nBits. */
describe('headers as bitcoinjs-lib reads them', () => {
  it.each(['mainnet-start', 'mainnet-824544', 'signet-start', 'testnet4-start'])('%s', (name) => {
    const { params, headers } = excerpt(name)
    for (const header of headers) {
      const block = Block.fromBuffer(encodeHeader(header))
      expect(block).toMatchObject({
        version: header.version,
        timestamp: header.time,
        bits: header.bits,
        nonce: header.nonce,
      })
      expect(block.prevHash).toEqual(header.prevHash)
      expect(block.merkleRoot).toEqual(header.merkleRoot)
      expect(block.getHash()).toEqual(headerHash(header))
      expect(block.checkProofOfWork()).toBe(checkProofOfWork(params, header.bits, headerHash(header)) === undefined)
    }
  })
})
