/** Why bytes cannot be a serialised transaction or block; the names of Core's exceptions where it has one. */
export type DecodeReject =
  | 'truncated'
  | 'trailing-bytes'
  | 'non-canonical-size'
  | 'oversize'
  | 'no-inputs'
  | 'no-outputs'
  | 'value-out-of-range'
  | 'superfluous-witness'
  | 'unknown-flag'
  | 'no-transactions'

import type { Rejection } from '../lib/index.ts'

/** Thrown within a decoder and returned by it as a rejection; never seen by a caller. */
class Refusal extends Error {
  readonly rejection: Rejection<DecodeReject>
  constructor(reject: DecodeReject, detail: string) {
    super(detail)
    this.rejection = { ok: false, reject, detail }
  }
}

/** Runs a decoder over a reader: a refusal inside becomes the returned value. */
export function decoding<T>(decode: () => T): T | Rejection<DecodeReject> {
  try {
    return decode()
  } catch (error) {
    if (error instanceof Refusal) return error.rejection
    throw error
  }
}

export function refuse(reject: DecodeReject, detail: string): never {
  throw new Refusal(reject, detail)
}

/** Reads little-endian numbers and slices; what it hands out are views of the bytes it was given. */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    // A plain view: a Node `Buffer` would hand out Buffers, whose own methods differ.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.at = at
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  slice(length: number): Uint8Array {
    const from = this.#advance(length)
    return this.bytes.subarray(from, from + length)
  }

  /** Core: serialize.h, ReadCompactSize: the shortest form only, and no size that cannot be meant. */
  compactSize(): number {
    const first = this.uint8()
    if (first < 253) return first
    const at = this.#advance(first === 253 ? 2 : first === 254 ? 4 : 8)
    const value =
      first === 253
        ? this.#view.getUint16(at, true)
        : first === 254
          ? this.#view.getUint32(at, true)
          : Number(this.#view.getBigUint64(at, true))
    const least = first === 253 ? 253 : first === 254 ? 0x1_0000 : 0x1_0000_0000
    if (value < least) refuse('non-canonical-size', `size ${value} at byte ${at} is not in its shortest form`)
    return value
  }

  /** A number of items of at least `leastBytes` each: refused before anything is allocated for them. */
  count(leastBytes: number): number {
    const count = this.compactSize()
    if (count * leastBytes > this.left)
      refuse('truncated', `${count} items at byte ${this.at}, ${this.left} bytes left`)
    return count
  }

  #advance(length: number): number {
    const from = this.at
    if (length > this.left) refuse('truncated', `${length} bytes at byte ${from}, ${this.left} left`)
    this.at = from + length
    return from
  }
}
