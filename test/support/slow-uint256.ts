/**
 * An independent, slow model of Core's 256-bit numbers for the tests: arrays of 256 bits, lowest first, and
 * pencil-and-paper algorithms. Shares nothing with src/bitcoin.
 */
export type Bits = readonly boolean[]

const WIDTH = 256

export function bitsOf(n: bigint): Bits {
  return Array.from(
    { length: WIDTH },
    (_, i) =>
      n
        .toString(2)
        .padStart(WIDTH, '0')
        .at(-1 - i) === '1',
  )
}

export function numberOf(bits: Bits): bigint {
  return BigInt(`0b${[...bits].reverse().map(Number).join('')}`)
}

/** SetCompact as its comment in Core describes it: N = (-1^sign) * mantissa * 256^(exponent-3). */
export function slowDecode(compact: number): { target: bigint; negative: boolean; overflow: boolean } {
  const hex = compact.toString(16).padStart(8, '0')
  const exponent = Number.parseInt(hex.slice(0, 2), 16)
  const digits = Array.from({ length: 24 }, (_, i) => ((compact >>> i) & 1) === 1)
  const sign = digits[23] === true
  digits[23] = false
  const shift = 8 * (exponent - 3)
  const placed = digits.flatMap((one, i) => (one && i + shift >= 0 ? [i + shift] : []))
  const bits = Array.from({ length: WIDTH }, (_, i) => placed.includes(i))
  return { target: numberOf(bits), negative: sign && placed.length > 0, overflow: placed.some((i) => i >= WIDTH) }
}

/** GetCompact from the bytes, most significant first, as a signed big-endian number keeps them. */
export function slowEncode(n: bigint): number {
  const hex = n.toString(16)
  let bytes = n === 0n ? [] : (hex.length % 2 ? `0${hex}` : hex).match(/../g)!.map((b) => Number.parseInt(b, 16))
  if ((bytes[0] ?? 0) > 0x7f) bytes = [0, ...bytes]
  const [a = 0, b = 0, c = 0] = bytes
  return bytes.length * 2 ** 24 + a * 2 ** 16 + b * 2 ** 8 + c
}

/** GetBlockProof: ~target / (target + 1) + 1, by long division. */
export function slowWork(target: bigint): bigint {
  const numerator = bitsOf(target).map((bit) => !bit)
  const divisor = target + 1n
  let rest = 0n
  const quotient = numerator.map(() => false)
  for (let i = WIDTH - 1; i >= 0; i--) {
    rest = rest + rest + (numerator[i] ? 1n : 0n)
    if (rest >= divisor) {
      rest -= divisor
      quotient[i] = true
    }
  }
  return numberOf(quotient) + 1n
}
