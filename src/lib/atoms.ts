import * as z from 'zod'

/** What checked JSON is made of: the smallest shapes, each with its bound. */

/** Lower-case hexadecimal digits of exactly so many bytes. */
export function hexOf(bytes: number): z.ZodString {
  return z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `must be ${2 * bytes} lower-case hex digits`)
}

/**
 * Lower-case hexadecimal digits of at most so many bytes, whole bytes, none among them. A group that repeats
 * (`([0-9a-f]{2})*`) would use up the stack of the regular expression's engine: a digit does not.
 */
export function hexUpTo(maxBytes: number): z.ZodString {
  return z
    .string()
    .max(2 * maxBytes)
    .regex(/^[0-9a-f]*$/, 'must be lower-case hex digits')
    .refine((digits) => digits.length % 2 === 0, 'must be whole bytes')
}

/** A hash or an id in the order that explorers show, or 32 bytes of any other meaning. */
export const hash256 = hexOf(32)

export const uint32 = z.int().min(0).max(0xffff_ffff)

/** Satoshis as decimal digits: more than all there are (2.1 · 10^15) fit, and JSON's numbers lose none. */
export const satoshis = z.string().regex(/^[0-9]{1,16}$/, 'must be satoshis as decimal digits')
