import { bitcoinError } from './errors.ts'
import { type BlockHash, blockHash, sha256d } from './hash.ts'

/** Length of a serialized header. */
export const HEADER_BYTES = 80

/** A block header's six fields (Core: primitives/block.h, CBlockHeader). */
export interface Header {
  /** Signed 32 bits: the version rules compare it as signed. */
  readonly version: number
  readonly prevHash: BlockHash
  /** 32 bytes, internal order. */
  readonly merkleRoot: Uint8Array
  /** Seconds since 1970, unsigned 32 bits. */
  readonly time: number
  /** Target in compact form, unsigned 32 bits. */
  readonly bits: number
  /** Unsigned 32 bits. */
  readonly nonce: number
}

/**
 * Reads the 80 bytes at `offset`; the header's arrays are copies.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeHeader } from 'wsc-bitcoin'
 *
 * const genesis = decodeHeader(await readFile('headers.bin'))
 * console.log(genesis.time, genesis.bits.toString(16)) // 1231006505 1d00ffff
 */
export function decodeHeader(bytes: Uint8Array, offset = 0): Header {
  if (offset < 0 || bytes.length - offset < HEADER_BYTES) {
    throw bitcoinError('E_HEADER_LENGTH', `a header has ${HEADER_BYTES} bytes, not ${bytes.length - offset}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HEADER_BYTES)
  return {
    version: view.getInt32(0, true),
    prevHash: blockHash(copy(bytes, offset + 4, offset + 36)),
    merkleRoot: copy(bytes, offset + 36, offset + 68),
    time: view.getUint32(68, true),
    bits: view.getUint32(72, true),
    nonce: view.getUint32(76, true),
  }
}

/** A Node `Buffer` is a `Uint8Array` whose own `slice` shares memory; this one copies. */
function copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, from, to)
}

/**
 * The 80 bytes of a header.
 *
 * @example
 * import { encodeHeader, mainnet } from 'wsc-bitcoin'
 *
 * console.log(encodeHeader(mainnet.genesis).length) // 80
 */
export function encodeHeader(header: Header): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, header.version, true)
  bytes.set(header.prevHash, 4)
  bytes.set(header.merkleRoot, 36)
  view.setUint32(68, header.time, true)
  view.setUint32(72, header.bits, true)
  view.setUint32(76, header.nonce, true)
  return bytes
}

/**
 * Double SHA-256 of the 80 bytes.
 *
 * @example
 * import { headerHash, regtest, toDisplay } from 'wsc-bitcoin'
 *
 * const hash = headerHash(regtest.genesis)
 * console.log(toDisplay(hash)) // 0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206
 */
export function headerHash(header: Header): BlockHash {
  return blockHash(sha256d(encodeHeader(header)))
}
