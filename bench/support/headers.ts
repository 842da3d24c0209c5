import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  blockHash,
  checkHeader,
  encodeHeader,
  HEADER_BYTES,
  type Header,
  hashToUint256,
  mainnet,
  type NetworkParams,
  regtest,
  startContext,
} from '../../src/bitcoin/index.ts'

/** Headers from genesis on, 80 bytes each, and where they are from. */
export interface HeaderBytes {
  readonly params: NetworkParams
  readonly bytes: Uint8Array
  readonly source: string
}

const places = [process.env.WSC_SHARED_DATA, fileURLToPath(new URL('../../../shared/data', import.meta.url))]

/** Heights 0 to `to`: mainnet's where the large data set is there, otherwise headers mined now on regtest's target. */
export function headerBytes(to: number): HeaderBytes {
  const file = places
    .filter((place) => place !== undefined)
    .map((place) => join(place, 'headers', 'main_0_49999.bin'))
    .find(existsSync)
  if (file !== undefined && to < 50_000) {
    const bytes = new Uint8Array(readFileSync(file).subarray(0, (to + 1) * HEADER_BYTES))
    return { params: mainnet, bytes, source: 'mainnet headers from genesis' }
  }
  return { params: regtest, bytes: mineRegtest(to), source: 'headers mined now on regtest’s target' }
}

/** Half of all nonces meet regtest's target. */
function mineRegtest(to: number): Uint8Array {
  const bytes = new Uint8Array((to + 1) * HEADER_BYTES)
  bytes.set(encodeHeader(regtest.genesis))
  let context = startContext(regtest)
  for (let height = 1; height <= to; height++) {
    const time = (context.times.at(-1) ?? 0) + 1
    const merkleRoot = new Uint8Array(32).fill(height & 255)
    const header = mine(
      { version: 4, prevHash: context.hash, merkleRoot, time, bits: context.bits, nonce: 0 },
      context.target,
    )
    const result = checkHeader(regtest, context, header)
    if (!result.ok) throw new Error(`a mined header is refused: ${result.reject}`)
    context = result.next
    bytes.set(encodeHeader(header), height * HEADER_BYTES)
  }
  return bytes
}

function mine(template: Header, target: bigint): Header {
  const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest()
  for (let nonce = 0; ; nonce++) {
    const header = { ...template, nonce }
    const hash = blockHash(new Uint8Array(sha256(sha256(encodeHeader(header)))))
    if (hashToUint256(hash) <= target) return header
  }
}
