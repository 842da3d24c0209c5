import { createHash } from 'node:crypto'
import { encodeHeader, type Header, type NetworkParams } from '../../src/bitcoin/index.ts'
import { slowDecode, slowEncode } from './slow-uint256.ts'

/**
 * Every header rule a header breaks, judged one by one from *all* its ancestors (genesis first): an independent
 * reference that keeps no state, for networks without the 20-minute rule.
 */
export function brokenRules(params: NetworkParams, ancestors: readonly Header[], header: Header): string[] {
  const height = ancestors.length
  const parent = ancestors.at(-1)!
  const broken: string[] = []
  const hash = slowHash(header)
  const own = slowDecode(header.bits)
  const limit = slowDecode(params.limitCompact).target
  if (own.negative || own.overflow || own.target === 0n || own.target > limit || hash > own.target) {
    broken.push('high-hash')
  }
  if (bigEndian(header.prevHash) !== bigEndian(doubleSha(parent))) broken.push('bad-prevblk-link')
  if (header.bits !== wantedBits(params, ancestors)) broken.push('bad-diffbits')
  const window = ancestors.slice(-11)
  // Strictly above the median: more than half of the window lies below.
  if (2 * window.filter(({ time }) => time < header.time).length <= window.length) broken.push('time-too-old')
  const rules = [
    [params.v2Height, 2],
    [params.v3Height, 3],
    [params.v4Height, 4],
  ] as const
  if (rules.some(([from, version]) => height >= from && header.version < version)) broken.push('bad-version')
  return broken
}

function wantedBits(params: NetworkParams, ancestors: readonly Header[]): number {
  const parent = ancestors.at(-1)!
  if (ancestors.length % params.epochLength !== 0 || !params.retargeting) return parent.bits
  const first = ancestors.at(-params.epochLength)!
  let span = BigInt(parent.time) - BigInt(first.time)
  if (span < 302_400n) span = 302_400n
  if (span > 4_838_400n) span = 4_838_400n
  const limit = slowDecode(params.limitCompact).target
  const product = slowDecode(parent.bits).target * span
  // Core multiplies in 256 bits; a network where that could wrap is refused.
  if (product >= 2n ** 256n) throw new Error('the product does not fit')
  const target = product / 1_209_600n
  return slowEncode(target > limit ? limit : target)
}

export function slowHash(header: Header): bigint {
  return BigInt(`0x${Buffer.from(doubleSha(header)).reverse().toString('hex')}`)
}

function doubleSha(header: Header): Uint8Array {
  return createHash('sha256')
    .update(createHash('sha256').update(encodeHeader(header)).digest())
    .digest()
}

function bigEndian(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
