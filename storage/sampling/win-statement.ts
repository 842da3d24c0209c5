import { encodeField } from '../../src/bus/index.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { UNITS_A_CHUNK } from '../blob/shape.ts'
import type { Challenge } from './draws.ts'
import { elementOf, halvesOf } from './elements.ts'

/** What a proof of a win shows: that this try of this challenge is below the threshold, with units of this table. */
export interface WinStatement {
  readonly challenge: Challenge
  /** 32 bytes, as of the block that the challenge's fill is of. */
  readonly tableRoot: Uint8Array
  /** θ */
  readonly threshold: bigint
  /** t */
  readonly number: number
}

/** Public inputs of the circuit `win`, in order, 32 bytes each. */
export function winPublicValues({ challenge, tableRoot, threshold, number }: WinStatement): Uint8Array {
  const { networkHash, blockHash, key, first, fill } = challenge
  const [block, provider] = [halvesOf(blockHash), halvesOf(key)]
  return concatBytes(
    encodeField([elementOf(networkHash), block.high, block.low, provider.high, provider.low]),
    encodeField([BigInt(first), BigInt(UNITS_A_CHUNK * fill)]),
    tableRoot,
    encodeField([threshold, BigInt(number)]),
  )
}
