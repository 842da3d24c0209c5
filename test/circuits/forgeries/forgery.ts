import { checkHeader, type Header, type HeaderReject } from '../../../src/bitcoin/index.ts'
import type { ChainState } from '../../../src/bus/state.ts'
import type { StepInput } from '../../../src/bus/step-input.ts'
import type { Lies } from '../model/signals.ts'

/** The rules of the step, as design.md numbers them, and what is none of them but guards all. */
export type Rule =
  | 'link'
  | 'bits'
  | 'hash'
  | 'time'
  | 'version'
  | 'chainwork'
  | 'accumulator'
  | 'greatest time'
  | 'slots'
  | 'sha256'

/** What a dishonest prover hands in. */
export interface Attempt {
  readonly state: ChainState
  readonly headers: readonly [Header, Header | undefined] | readonly [Header]
  readonly input: StepInput
  readonly lies?: Lies
}

export interface Forgery {
  readonly rule: Rule
  readonly name: string
  /** What the native rules say of the headers. */
  readonly native: HeaderReject | 'valid'
  readonly attempt: () => Attempt
  /** Components whose constraints may refuse too, because the lie leaves them with numbers that are no bits. */
  readonly garbles?: readonly string[]
  /** Every constraint that refuses the witness, and no other; none where the witness is honest and must pass. */
  readonly refusedBy: readonly string[]
}

export function nativeVerdict({ state, headers }: Attempt): HeaderReject | 'valid' {
  let { context } = state
  for (const header of headers) {
    if (header === undefined) continue
    const result = checkHeader(state.params, context, header)
    if (!result.ok) return result.reject
    context = result.next
  }
  return 'valid'
}

/** Lies that write a number into a row of bits, `path[from]` upwards. */
export function inBits(path: string, value: bigint, count: number, from = 0): Record<string, bigint> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${path}[${from + i}]`, (value >> BigInt(i)) & 1n]),
  )
}

/** The refusals that a test judges: those it names, and all that are not of a component it calls garbled. */
export function judged(refusals: readonly string[], { refusedBy, garbles = [] }: Forgery): string[] {
  return refusals.filter((name) => refusedBy.includes(name) || !garbles.some((component) => name.startsWith(component)))
}

export const flip = (honest: bigint): bigint => 1n - honest
