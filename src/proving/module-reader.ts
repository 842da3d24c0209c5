/** Reads the binary format of WebAssembly modules; throws a RangeError where the bytes end or a number has no end. */
export class ModuleReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get position(): number {
    return this.#at
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new RangeError('it ends too early')
    this.#at++
    return byte
  }

  /** Four bytes, little-endian. */
  word(): number {
    return [0, 8, 16, 24].reduce((word, shift) => (word | (this.byte() << shift)) >>> 0, 0)
  }

  /** An unsigned number of 32 bits in LEB128: seven bits a byte, five bytes at most. */
  number(): number {
    let value = 0
    for (let i = 0; i < 5; i++) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) {
        if (value > 0xffffffff) break
        return value
      }
    }
    throw new RangeError('it has a number of more than 32 bits')
  }

  text(): string {
    const bytes = this.#take(this.number())
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      throw new RangeError('it has a name that is not UTF-8')
    }
  }

  /** What a length and so many bytes hold, as a reader of its own. */
  section(): ModuleReader {
    return new ModuleReader(this.#take(this.number()))
  }

  /** Reads a count and so many things; the count. */
  items(read: () => void): number {
    const count = this.number()
    for (let i = 0; i < count; i++) read()
    return count
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('it ends too early')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }
}

/** A number below 2^32 in LEB128. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...unsigned(Math.floor(value / 0x80))]
}
