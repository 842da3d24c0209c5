import { tagged } from '../accumulator.ts'
import type { Scope } from '../signals.ts'

/** Every signal of Salted. */
export function salted(s: Scope, input: bigint, salt: bigint): bigint {
  const values = [s.put('in', input), s.put('salt', salt), 0n]
  return s.put('out', tagged(s.part('hash'), 96n, values, [2]))
}
