import { hexToBytes } from '../../lib/index.ts'
import { decodeHeader, type Header } from '../header.ts'

/** A genesis header from its four parts that differ; the previous hash is zero everywhere. */
export function genesisHeader(merkleRoot: string, time: number, bits: number, nonce: number): Header {
  const bytes = new Uint8Array(80)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 1, true)
  bytes.set(hexToBytes(merkleRoot).reverse(), 36)
  view.setUint32(68, time, true)
  view.setUint32(72, bits, true)
  view.setUint32(76, nonce, true)
  return decodeHeader(bytes)
}

/** Merkle root (display order) of Satoshi's coinbase, shared by mainnet, signet and regtest. */
export const SATOSHI_COINBASE = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b'
