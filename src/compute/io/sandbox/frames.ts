/** Messages over a pipe: length in four bytes, little-endian, then so many bytes; never more than is expected. */

const HEAD = 4

export function frame(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(HEAD + bytes.length)
  new DataView(framed.buffer).setUint32(0, bytes.length, true)
  framed.set(bytes, HEAD)
  return framed
}

/** Takes a stream apart. A message that says it is longer than `most` is refused before it is read: RangeError. */
export class FrameReader {
  readonly #most: number
  #head = new Uint8Array(HEAD)
  #have = 0
  #body: Uint8Array | undefined

  constructor(most: number) {
    this.#most = most
  }

  /** Messages that end in this piece, in order. */
  push(piece: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = []
    let at = 0
    while (at < piece.length || this.#isWhole()) {
      if (this.#body === undefined) {
        at += this.#fill(this.#head, piece.subarray(at))
        if (this.#have < HEAD) break
        const length = new DataView(this.#head.buffer).getUint32(0, true)
        if (length > this.#most) throw new RangeError(`a message of ${length} bytes, of at most ${this.#most}`)
        this.#body = new Uint8Array(length)
        this.#have = 0
      }
      at += this.#fill(this.#body, piece.subarray(at))
      if (this.#have < this.#body.length) break
      frames.push(this.#body)
      this.#body = undefined
      this.#have = 0
    }
    return frames
  }

  /** An empty message is whole as soon as its length is read. */
  #isWhole(): boolean {
    return this.#body?.length === 0
  }

  #fill(into: Uint8Array, from: Uint8Array): number {
    const taken = Math.min(into.length - this.#have, from.length)
    into.set(from.subarray(0, taken), this.#have)
    this.#have += taken
    return taken
  }
}
