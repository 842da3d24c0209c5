import { concatBytes, uint32Bytes, utf8 } from '../../lib/index.ts'
import { Malformed, type Parts } from '../peers/parts.ts'

export const REQUESTED_SYSTEMS = ['fold', 'spartan', 'groth16'] as const
/** Where a result is to go: back to whoever asks, or to Bitcoin too, at the node's cost. */
const DESTINATIONS = ['asker', 'inscription'] as const

/** What is asked for, and within which bounds, however the request is made. */
export interface RequestTerms {
  readonly proofSystem: (typeof REQUESTED_SYSTEMS)[number]
  /** The most that the program may have. */
  readonly maxConstraints: number
  /** The most that may be spent on an inscription. */
  readonly maxSatoshis: bigint
  readonly destination: (typeof DESTINATIONS)[number]
  /** Values of the program's arguments, as JSON. */
  readonly arguments: string
}

/** Of arguments, however a request is made. */
export const MAX_REQUEST_ARGUMENTS_BYTES = 65_536

/** The byte's own word, of a list of them. Throws `Malformed`. */
export function word<Word>(words: readonly Word[], byte: number): Word {
  const found = words[byte]
  if (found === undefined) throw new Malformed(`no ${byte} is known`)
  return found
}

/**
 * Greatest constraints (4), satoshis (8), destination (a byte, 0 asker, 1 inscription), arguments with their length (4) before them.
 * All numbers are little-endian.
 */
export function encodeBounds(terms: Omit<RequestTerms, 'proofSystem'>): Uint8Array {
  const { maxConstraints, maxSatoshis, destination } = terms
  const given = new TextEncoder().encode(terms.arguments)
  return concatBytes(
    uint32Bytes(maxConstraints),
    ...[uint32Bytes(Number(maxSatoshis & 0xffff_ffffn)), uint32Bytes(Number(maxSatoshis >> 32n))],
    ...[Uint8Array.of(DESTINATIONS.indexOf(destination)), uint32Bytes(given.length), given],
  )
}

/** Throws `Malformed`. */
export function readBounds(parts: Parts): Omit<RequestTerms, 'proofSystem'> {
  const maxConstraints = parts.uint32()
  const maxSatoshis = BigInt(parts.uint32()) + (BigInt(parts.uint32()) << 32n)
  const destination = word(DESTINATIONS, parts.byte())
  const given = parts.next()
  const text = utf8(given)
  if (text === null || given.length > MAX_REQUEST_ARGUMENTS_BYTES) throw new Malformed('arguments that are none')
  return { maxConstraints, maxSatoshis, destination, arguments: text }
}
