import type { TaggedHash } from '../../bus/index.ts'
import { MAX_SCRIPT_BYTES } from './limits.ts'

/** Capacity element of the hash that a script is committed to with: scriptTag of circuits/compute/payments.circom. */
const SCRIPT_TAG = 67

/** A script as the circuit compares it: its bytes at even positions and those at odd ones, the first lowest, and its length. */
export type ScriptElements = readonly [even: bigint, odd: bigint, length: bigint]

/** Throws a RangeError for a script that is too long. */
export function scriptElements(script: Uint8Array): ScriptElements {
  if (script.length > MAX_SCRIPT_BYTES) throw new RangeError(`a script of ${script.length} bytes`)
  const from = (first: number) => {
    let number = 0n
    for (let at = script.length - 1; at >= 0; at--)
      if (at % 2 === first) number = (number << 8n) | BigInt(script[at] ?? 0)
    return number
  }
  return [from(0), from(1), BigInt(script.length)]
}

/** P(67; even bytes, odd bytes, length). */
export function scriptCommitment(hash: TaggedHash, script: Uint8Array): bigint {
  return hash(SCRIPT_TAG, ...scriptElements(script))
}
