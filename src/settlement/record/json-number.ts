/** A number that JSON wrote with a point, an exponent or as a negative zero, or beyond 64 bits: IEEE 754's binary64. */
export class JsonFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** What CBOR's integers hold (RFC 8949 §3.1: major types 0 and 1). */
const LEAST = -(1n << 64n)
const GREATEST = (1n << 64n) - 1n

/** The longest exact binary64 has 767 significant digits; `toPrecision` takes a hundred. */
const MAX_DIGITS = 100
const MAX_LENGTH = 1_100

/**
 * A number of JSON's grammar, as ord would take it: an integer of 64 bits and a sign as such, everything else as
 * binary64. Null where binary64 is not what was written: where its own digits, to as many places, are others.
 */
export function exactFloat(text: string): bigint | JsonFloat | null {
  if (text.length > MAX_LENGTH) return null
  if (/^-?[0-9]+$/.test(text) && text !== '-0') {
    const value = BigInt(text)
    if (value >= LEAST && value <= GREATEST) return value
  }
  const value = Number(text)
  if (!Number.isFinite(value)) return null
  const wanted = decimalOf(text)
  if (wanted.digits === '') return new JsonFloat(value)
  if (wanted.digits.length > MAX_DIGITS) return null
  // Its shortest form too: where its digits end halfway between two of so many places, the two round it differently.
  const forms = [Math.abs(value).toPrecision(wanted.digits.length), String(Math.abs(value))].map(decimalOf)
  const written = forms.some(({ digits, exponent }) => digits === wanted.digits && exponent === wanted.exponent)
  return written ? new JsonFloat(value) : null
}

/** 0.DIGITS · 10^exponent, without zeros at either end; no digits for zero. */
function decimalOf(text: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = '', fraction = '', power = '0'] =
    /^-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text) ?? []
  const all = whole + fraction
  const digits = all.replace(/^0+/, '')
  const leading = all.length - digits.length
  return { digits: digits.replace(/0+$/, ''), exponent: whole.length - leading + Number(power) }
}
