import { poseidonSignals } from '../poseidon.ts'
import { rangeCheck } from '../range.ts'
import type { Scope } from '../signals.ts'

/** Every signal of BytesCommitment. Elements that are the same whatever the bytes cost no S-box. */
export function bytesCommitment(s: Scope, given: readonly bigint[]): bigint {
  const bytes = given.map((value, i) => s.put(`in[${i}]`, value))
  bytes.forEach((value, i) => {
    rangeCheck(s.part(`byte[${i}]`), 8, value)
  })
  const packed = Math.ceil(bytes.length / 31)
  const links = Math.ceil((2 + packed) / 15)
  const elements = [BigInt(bytes.length), 8n, ...new Array<bigint>(15 * links - 2).fill(0n)]
  bytes.forEach((value, i) => {
    elements[2 + Math.floor(i / 31)]! += value << BigInt(8 * (i % 31))
  })
  let link = 0n
  for (let l = 0; l < links; l++) {
    const fixed = Array.from({ length: 15 }, (_, i) => i)
      .filter((i) => 15 * l + i < 2 || 15 * l + i >= 2 + packed)
      .map((i) => 1 + i)
    if (l === 0) fixed.push(0)
    link = poseidonSignals(s.part(`link[${l}]`), 65n, [link, ...elements.slice(15 * l, 15 * l + 15)], fixed)
  }
  return s.put('out', link)
}
