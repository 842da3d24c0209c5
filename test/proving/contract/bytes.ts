/** Ways to spoil bytes, for the suites that every engine must pass. */

/** The bytes with some bits of one of them turned. */
export function flipped(bytes: Uint8Array, at: number, bits = 1 << (at % 8)): Uint8Array {
  return bytes.with(at, (bytes[at] as number) ^ bits)
}

/** The bytes with others in their place from `at` on. */
export function replaced(bytes: Uint8Array, at: number, others: Uint8Array): Uint8Array {
  const out = bytes.slice()
  out.set(others, at)
  return out
}

/** The bytes with one more. */
export function lengthened(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1)
  longer.set(bytes)
  return longer
}

/** `count` strings of `length` bytes, the same in every run. */
export function* arbitrary(count: number, length: number): Generator<Uint8Array> {
  let state = 0x9e3779b9
  for (let i = 0; i < count; i++) {
    yield Uint8Array.from({ length }, () => {
      // xorshift32
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 255
    })
  }
}

/** The 32 bytes of a little-endian number. */
export function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}
