/** Numbers that are the same in every run (xorshift of 64 bits). */
export function randomNumbers(seed: bigint): (bits: number) => bigint {
  const mask = (1n << 64n) - 1n
  let state = seed | 1n
  const next = (): bigint => {
    state ^= (state << 13n) & mask
    state ^= state >> 7n
    state ^= (state << 17n) & mask
    return state
  }
  return (bits) => {
    let value = 0n
    for (let have = 0; have < bits; have += 64) value = (value << 64n) | next()
    return value & ((1n << BigInt(bits)) - 1n)
  }
}

/** The lowest `count` bits, least significant first. */
export function bitsOf(value: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => (value >> BigInt(i)) & 1n)
}
