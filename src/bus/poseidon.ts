import { decodeField, encodeField } from './field.ts'

/** Poseidon of three elements under any tag: a `Poseidon` of the accumulator too, which knows three of them. */
export type TaggedHash = (tag: number, a: bigint, b: bigint, c: bigint) => bigint

/**
 * One hash at a time from the batched byte interface that the addon and the WASM verifier both have.
 *
 * @example
 * import { loadVerifier, poseidonOf } from 'wsc-bitcoin'
 *
 * const poseidon = poseidonOf(await loadVerifier())
 * console.log(poseidon(3, 0n, 0n, 0n) === poseidon(3, 0n, 0n, 0n)) // true
 */
export function poseidonOf(source: { poseidon(tag: number, inputs: Uint8Array): Uint8Array }): TaggedHash {
  return (tag, a, b, c) => {
    const out = decodeField(source.poseidon(tag, encodeField([a, b, c])))?.[0]
    if (out === undefined) throw new RangeError('Poseidon gave no field element')
    return out
  }
}
