import { z } from 'zod'
import { WscError } from '../../../lib/index.ts'
import type { CircuitInput, CircuitValue, WitnessErrorCode } from '../../../proving/index.ts'

/** What goes to a sandboxed generator's process, and what comes back; the process is taken for hostile. */

/** Inputs as JSON. */
export const MAX_INPUT_BYTES: number = 32 << 20
export const MAX_FAILURE_BYTES = 16_384

/** The first byte of an answer. */
export const ANSWER = { ready: 0, loaded: 1, witness: 2, failure: 3 } as const

export interface Start {
  readonly wires: number
}

/** Inputs as text, numbers as decimal digits; throws E_WITNESS for a value that is no integer. */
export function encodeInput(input: CircuitInput): Uint8Array {
  const digits = (value: CircuitValue, name: string): Digits => {
    if (Array.isArray(value)) return (value as readonly CircuitValue[]).map((one) => digits(one, name))
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
    throw new WscError<WitnessErrorCode>('E_WITNESS', `no witness: input ${name} has a value that is no integer`)
  }
  const all = Object.entries(input).map(([name, value]) => [name, digits(value, name)])
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(all)))
}

type Digits = string | readonly Digits[]

export function decodeInput(bytes: Uint8Array): CircuitInput {
  const value = (digits: Digits): CircuitValue => (typeof digits === 'string' ? BigInt(digits) : digits.map(value))
  const read = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, Digits>>
  return Object.fromEntries(Object.entries(read).map(([name, digits]) => [name, value(digits)]))
}

const failureSchema = z.strictObject({
  code: z.enum(['E_WITNESS', 'E_WITNESS_MODULE', 'E_WITNESS_MEMORY', 'E_WITNESS_TRAP']),
  message: z.string().max(MAX_FAILURE_BYTES),
})

export type Failure = z.infer<typeof failureSchema>

/** A failure as the process tells it; null where it is none. */
export function readFailure(bytes: Uint8Array): Failure | null {
  try {
    const read = failureSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
