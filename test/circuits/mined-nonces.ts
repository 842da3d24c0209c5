import { readFileSync, writeFileSync } from 'node:fs'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { encodeHeader, type Header } from '../../src/bitcoin/index.ts'
import { type HashRange, inRange } from '../support/mine.ts'

/**
 * Nonces of the headers that the forgery tests need on networks that retarget, where 4.8 million hashes and more are one
 * header's work. The file is made by `node test/circuits/mine-nonces.ts`.
 */
export const NONCE_FILE = new URL('mined-nonces.json', import.meta.url)

const nonces = JSON.parse(readFileSync(NONCE_FILE, 'utf8')) as Record<string, number>

export function nonceKey(template: Header): string {
  return bytesToHex(sha256(encodeHeader(template).subarray(0, 76))).slice(0, 16)
}

/** Asked for by a test, but not on file. */
export class MissingNonce extends Error {
  readonly code = 'E_NONCE'
  readonly template: Header
  readonly range: HashRange
  constructor(template: Header, range: HashRange) {
    super('a header of this test is not mined: run node test/circuits/mine-nonces.ts')
    this.template = template
    this.range = range
  }
}

export function minedHeader(template: Header, range: HashRange): Header {
  const header = { ...template, nonce: nonces[nonceKey(template)] ?? -1 }
  if (header.nonce < 0 || !inRange(header, range)) throw new MissingNonce(template, range)
  return header
}

export function rememberNonce(template: Header, nonce: number): void {
  nonces[nonceKey(template)] = nonce
  const sorted = Object.fromEntries(Object.entries(nonces).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(NONCE_FILE, `${JSON.stringify(sorted, null, 2)}\n`)
}
