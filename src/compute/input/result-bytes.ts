import { encodeField, FIELD_BYTES } from '../../bus/index.ts'
import { concatBytes, uint32Bytes } from '../../lib/index.ts'
import type { ProgramResult } from '../result/result-file.ts'

/** Program id, height and block hash. */
const HEAD_BYTES = 32 + 4 + 32
const MAX_VALUES = 64

/** How many values a result of so many bytes says; null where none is that long. */
export function resultValues(bytes: number): number | null {
  const values = (bytes - HEAD_BYTES) / FIELD_BYTES
  return Number.isInteger(values) && values > 0 && values <= MAX_VALUES ? values : null
}

/**
 * A result as a circuit reads it: program id (32 bytes), height (4, little-endian), block hash (32, internal order), then its values, 32
 * bytes each, little-endian and below the field's modulus: circuits/compute/result-input.circom. So what commits to the bytes commits to
 * which result of which program they are.
 */
export function resultBytes(
  { program, height, blockHash }: Pick<ProgramResult, 'program' | 'height' | 'blockHash'>,
  values: readonly bigint[],
): Uint8Array {
  return concatBytes(program, uint32Bytes(height), blockHash, encodeField(values))
}
