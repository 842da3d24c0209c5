import type { Poseidon } from './accumulator.ts'
import { decodeField, encodeField } from './field.ts'

/**
 * One hash at a time from the batched byte interface that the addon and the WASM verifier both have.
 *
 * @example
 * import { loadVerifier, poseidonOf } from 'wsc-bitcoin'
 *
 * const poseidon = poseidonOf(await loadVerifier())
 * console.log(poseidon(3, 0n, 0n, 0n) === poseidon(3, 0n, 0n, 0n)) // true
 */
export function poseidonOf(source: { poseidon(tag: number, inputs: Uint8Array): Uint8Array }): Poseidon {
  return (tag, a, b, c) => {
    const out = decodeField(source.poseidon(tag, encodeField([a, b, c])))?.[0]
    if (out === undefined) throw new RangeError('Poseidon gave no field element')
    return out
  }
}
