import { type Result, readUint32, rejection } from '../../lib/index.ts'

/** What does not have the form of a message; caught by `readParts`. */
export class Malformed extends Error {}

/** The parts of a message, one after the other. Each throws `Malformed` where there is less. */
export class Parts {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    return this.take(1)[0] as number
  }

  uint32(): number {
    return readUint32(this.take(4), 0)
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw new Malformed('a part is cut off')
    this.#at += count
    return this.#bytes.slice(this.#at - count, this.#at)
  }

  /** One with its length (4, little-endian) before it. */
  next(): Uint8Array {
    return this.take(this.uint32())
  }
}

/** Reads a message to its end. */
export function readParts<Value>(
  bytes: Uint8Array,
  read: (parts: Parts) => Value,
): Result<{ readonly value: Value }, 'malformed'> {
  const parts = new Parts(bytes)
  try {
    const value = read(parts)
    return parts.left === 0 ? { ok: true, value } : rejection('malformed', `${parts.left} bytes too many`)
  } catch (error) {
    if (error instanceof Malformed) return rejection('malformed', error.message)
    throw error
  }
}
