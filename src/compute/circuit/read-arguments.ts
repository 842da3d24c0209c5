import { z } from 'zod'
import { FIELD_MODULUS } from '../../bus/index.ts'
import { type Result, rejection } from '../../lib/index.ts'
import type { CircuitInput, CircuitValue } from '../../proving/index.ts'
import type { CircuitArgument } from '../manifest/circuit-program.ts'

/** Most bytes of a file of arguments: 78 digits, quotes and a comma for each element, and room to spare. */
export const MAX_ARGUMENTS_BYTES = 12 << 20

const DIGITS = FIELD_MODULUS.toString().length
const element = z
  .string()
  .max(DIGITS, 'is no element of the field')
  .regex(/^(0|[1-9][0-9]*)$/, 'must be a number in decimal digits, as text')
  .transform((text) => BigInt(text))
  .refine((value) => value < FIELD_MODULUS, 'is no element of the field')

/**
 * Reads values of a program's arguments from JSON: an object that has each of them by its signal, one element as text of decimal digits,
 * several as a list of those. What is refused is named, and never its value, which may be a secret.
 */
export function readArguments(
  program: { readonly arguments: readonly CircuitArgument[] },
  json: string,
): Result<{ readonly input: CircuitInput }, 'bad-arguments'> {
  const shape = program.arguments.map(({ signal, elements }) => {
    return [signal, elements === 1 ? element : z.array(element).length(elements)] as const
  })
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return rejection('bad-arguments', 'the arguments are no JSON')
  }
  const read = z.strictObject(Object.fromEntries(shape)).safeParse(value)
  if (read.success) return { ok: true, input: read.data }
  const [issue] = read.error.issues
  return rejection('bad-arguments', `${issue?.path.join('.') || 'the arguments'}: ${issue?.message}`)
}

/** Writes values as `readArguments` reads them, arrays flat in row-major order. */
export function writeArguments(input: CircuitInput): string {
  const flat = (value: CircuitValue): string | string[] =>
    typeof value === 'object' ? value.flatMap(flat) : value.toString()
  return JSON.stringify(Object.fromEntries(Object.entries(input).map(([signal, value]) => [signal, flat(value)])))
}
