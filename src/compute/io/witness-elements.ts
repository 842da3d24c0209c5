import { decodeField, FIELD_BYTES } from '../../bus/index.ts'
import { computeError } from '../errors.ts'

/** Values of `count` wires from `wire` on. Throws E_PROGRAM where the generator has not given so many field elements. */
export function elementsOf(witness: Uint8Array, wire: number, count: number): bigint[] {
  const elements = decodeField(witness.subarray(wire * FIELD_BYTES, (wire + count) * FIELD_BYTES))
  if (elements?.length !== count) throw computeError('E_PROGRAM', 'the witness generator gives no field elements')
  return elements
}
