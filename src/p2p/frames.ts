import { concatBytes, type Result, rejection } from '../lib/index.ts'

/**
 * A frame: its length as an unsigned varint (multiformats: seven bits a byte, the lowest first, the highest bit set on all
 * but the last), in its shortest form, then so many bytes.
 */
export function encodeFrame(body: Uint8Array): Uint8Array {
  return concatBytes(encodeVarint(body.length), body)
}

function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80)
    left >>>= 7
  }
  return Uint8Array.of(...bytes, left)
}

/** Why bytes are no frame: a length that is not in its shortest form or has no end; more than the reader takes. */
export type FrameReject = 'malformed' | 'oversized'

/** Lengths of more than 28 bits are none of ours. */
const MAX_LENGTH_BYTES = 4
/** What is set aside for a frame before any byte of it is there. */
const FIRST_BYTES = 1024

/**
 * Frames out of bytes as they come, in pieces of any size. A frame takes memory as its bytes arrive, not as it says it
 * will: whoever announces much and sends little costs little. After a rejection nothing more is read.
 */
export class FrameDecoder {
  readonly #maxBytes: number
  readonly #pieces: Uint8Array[] = []
  /** Of the length that is being read. */
  #lengthBytes = 0
  #length = 0
  #body: Uint8Array | null = null
  #filled = 0
  #failed: Extract<FrameResult, { ok: false }> | null = null

  /** Longer frames are refused as soon as their length is there. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether a frame was begun and is not there in full, or bytes wait to be read. */
  get isAmidst(): boolean {
    return this.#pieces.length > 0 || this.#lengthBytes > 0 || this.#body !== null
  }

  push(piece: Uint8Array): void {
    if (piece.length > 0 && this.#failed === null) this.#pieces.push(piece)
  }

  /** The next frame; null where more bytes are needed for it. */
  next(): FrameResult {
    if (this.#failed !== null) return this.#failed
    while (this.#body === null) {
      const byte = this.#takeByte()
      if (byte === undefined) return { ok: true, frame: null }
      const failed = this.#readLength(byte)
      if (failed !== null) return this.#fail(failed)
    }
    while (this.#filled < this.#length) {
      const piece = this.#takeUpTo(this.#length - this.#filled)
      if (piece === undefined) return { ok: true, frame: null }
      this.#append(piece)
    }
    const frame = this.#body.slice(0, this.#length)
    this.#body = null
    this.#filled = 0
    this.#length = 0
    return { ok: true, frame }
  }

  #readLength(byte: number): Extract<FrameResult, { ok: false }> | null {
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes)
    this.#lengthBytes++
    if ((byte & 0x80) !== 0) {
      return this.#lengthBytes < MAX_LENGTH_BYTES ? null : rejection('malformed', 'the length of a frame has no end')
    }
    if (byte === 0 && this.#lengthBytes > 1) return rejection('malformed', 'a length is not in its shortest form')
    if (this.#length > this.#maxBytes) {
      return rejection('oversized', `a frame of ${this.#length} bytes; at most ${this.#maxBytes} are taken`)
    }
    this.#lengthBytes = 0
    this.#body = new Uint8Array(Math.min(this.#length, FIRST_BYTES))
    return null
  }

  #append(piece: Uint8Array): void {
    const body = this.#body as Uint8Array
    const wanted = this.#filled + piece.length
    if (wanted > body.length) {
      const larger = new Uint8Array(Math.min(this.#length, Math.max(2 * body.length, wanted)))
      larger.set(body)
      this.#body = larger
    }
    this.#body?.set(piece, this.#filled)
    this.#filled = wanted
  }

  #takeByte(): number | undefined {
    return this.#takeUpTo(1)?.[0]
  }

  #takeUpTo(count: number): Uint8Array | undefined {
    const first = this.#pieces[0]
    if (first === undefined) return undefined
    if (first.length <= count) this.#pieces.shift()
    else this.#pieces[0] = first.subarray(count)
    return first.subarray(0, count)
  }

  #fail(failed: Extract<FrameResult, { ok: false }>): FrameResult {
    this.#failed = failed
    this.#pieces.length = 0
    return failed
  }
}

export type FrameResult = Result<{ readonly frame: Uint8Array | null }, FrameReject>
