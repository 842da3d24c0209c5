import { isBytes } from '@noble/hashes/utils.js'
import { WscError } from './errors.ts'

/**
 * What one option of a public function must be. Not every caller is type-checked, and JavaScript compares a text with a
 * number as it likes: an option of the wrong type would be no error but another question.
 */
export interface OptionRule {
  /** What it must be, after "must be": "true or false". */
  readonly what: string
  readonly optional?: true
  holds(value: unknown): boolean
  /** Instead of E_OPTIONS, for an option with a code of its own. */
  error?(value: unknown): Error
}

/** A rule for every option there is: one without a rule does not compile. */
export type OptionRules<Options extends object> = { readonly [Name in keyof Required<Options>]: OptionRule }

/**
 * Throws E_OPTIONS unless `options` is an object, each option is what its rule says, and there are no others: a misspelt
 * one would be no option at all.
 */
export function requireOptions<Options extends object>(
  where: string,
  options: Options,
  rules: OptionRules<Options>,
): void {
  if (!isObject(options))
    throw new WscError('E_OPTIONS', `${where} takes an object of options, not ${described(options)}`)
  const known = rules as Readonly<Record<string, OptionRule>>
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) throw new WscError('E_OPTIONS', `${where} has no option "${name}"`)
  }
  for (const [name, rule] of Object.entries(known)) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if ((value === undefined && rule.optional) || rule.holds(value)) continue
    if (rule.error !== undefined) throw rule.error(value)
    throw new WscError('E_OPTIONS', `${where}: ${name} must be ${rule.what}, not ${described(value)}`)
  }
}

/** Throws E_OPTIONS unless `value`, an argument that stands by itself, is what the rule says. */
export function requireArgument(where: string, name: string, value: unknown, rule: OptionRule): void {
  if (!rule.holds(value)) {
    throw new WscError('E_OPTIONS', `${where}: ${name} must be ${rule.what}, not ${described(value)}`)
  }
}

export function optional(rule: OptionRule): OptionRule {
  return { ...rule, optional: true }
}

export const aBoolean: OptionRule = { what: 'true or false', holds: (value) => typeof value === 'boolean' }
export const aText: OptionRule = { what: 'a text', holds: (value) => typeof value === 'string' }
export const aFunction: OptionRule = { what: 'a function', holds: (value) => typeof value === 'function' }
export const aByteArray: OptionRule = { what: 'a Uint8Array', holds: isBytes }
export const aSignal: OptionRule = {
  what: 'an AbortSignal',
  // Not `instanceof`: signals of another realm, a frame or a test's, are as good.
  holds: (value) =>
    isObject(value) && typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function',
}

export function anInteger(min: number, max: number): OptionRule {
  return {
    what: `a whole number from ${min} to ${max}`,
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  }
}

export function aBigint(min: bigint): OptionRule {
  return { what: `a bigint of at least ${min}`, holds: (value) => typeof value === 'bigint' && value >= min }
}

/** A number that is one, within these bounds. */
export function aNumber(min: number, max: number): OptionRule {
  return {
    what: `a number from ${min} to ${max}`,
    holds: (value) => typeof value === 'number' && value >= min && value <= max,
  }
}

/** Milliseconds that a timer can wait. */
export const aTimerMs: OptionRule = anInteger(1, 0x7fff_ffff)

/** An object that has all of these members; it may have more. */
export function having(what: string, members: Readonly<Record<string, OptionRule>>): OptionRule {
  return {
    what,
    holds: (value) =>
      isObject(value) &&
      Object.entries(members).every(([name, rule]) => {
        const member = value[name]
        return (member === undefined && rule.optional === true) || rule.holds(member)
      }),
  }
}

/** An object that has these members and no others: of those that are optional, a misspelt one would be none at all. */
export function exactly(what: string, members: Readonly<Record<string, OptionRule>>): OptionRule {
  const { holds } = having(what, members)
  return {
    what,
    holds: (value) => holds(value) && Object.keys(value as object).every((name) => Object.hasOwn(members, name)),
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value of any type in a message: its type, and itself where that is short. */
export function described(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return value.length > 40 ? 'a long text' : `the text "${value}"`
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'function' ? 'a function' : `the ${typeof value} ${String(value)}`
}
