import type { Scope } from '../signals.ts'
import { bytesCommitment } from './bytes-commitment.ts'

/** Every signal of ResultInput; its commitment, height and values. */
export function resultInput(s: Scope, given: readonly bigint[]): bigint[] {
  const bytes = given.map((value, i) => s.put(`in[${i}]`, value))
  const sum = (from: number, count: number) =>
    bytes.slice(from, from + count).reduce((all, value, i) => all + (value << BigInt(8 * i)), 0n)
  const commitment = s.put('commitment', bytesCommitment(s.part('bytes'), bytes))
  const height = s.put('height', sum(32, 4))
  const values = Array.from({ length: (bytes.length - 68) / 32 }, (_, v) => s.put(`value[${v}]`, sum(68 + 32 * v, 32)))
  return [commitment, height, ...values]
}
