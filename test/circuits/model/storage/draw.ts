import { FIELD_MODULUS as P } from '../../../../src/bus/field.ts'
import { bits, number } from '../range.ts'
import { field, invert, type Scope } from '../signals.ts'

const BITS = 254
/** Of p − 1, least significant first. */
const GREATEST = Array.from({ length: BITS }, (_, i) => ((P - 1n) >> BigInt(i)) & 1n)

/** The bits of `input`, unless the lies have others. */
export function canonicalBits(s: Scope, input: bigint): bigint[] {
  const value = s.put('in', input)
  const out = Array.from({ length: BITS }, (_, i) => s.bit(`out[${i}]`, (value >> BigInt(i)) & 1n))
  let [lacking, above, run] = [0n, 0n, 0]
  for (let i = BITS - 1; i >= 0; i--) {
    if (GREATEST[i] === 1n) {
      lacking += 1n - out[i]!
      continue
    }
    above += out[i]!
    if (i > 0 && GREATEST[i - 1] === 0n) continue
    s.put(`quotient[${run}]`, field(lacking) === 0n ? 0n : above * invert(lacking))
    s.constrain(`not above p from bit ${i} on`)
    run++
    above = 0n
  }
  return out
}

export function drawnUnit(s: Scope, n: number, given: { readonly beta: bigint; readonly count: bigint }): bigint[] {
  const [beta, count] = [s.put('beta', given.beta), s.put('count', given.count)]
  const low = number(canonicalBits(s.part('canonical'), beta).slice(0, 64))
  s.constrain('the share of count that beta says')
  const product = bits(s.part('product'), 64 + n, field(low * count))
  return product.slice(64).map((bit, i) => s.put(`bit[${i}]`, bit))
}
