/** Bytes that look random and are the same at every run. */
export function someBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = (seed * 2_654_435_761) >>> 0 || 1
  for (let at = 0; at < length; at++) {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    bytes[at] = state & 0xff
  }
  return bytes
}

/** As a stream of pieces of some size. */
export async function* pieces(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
