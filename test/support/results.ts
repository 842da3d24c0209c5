import type { Rejection, Result } from '../../src/lib/index.ts'

/** The rule broken, or null where all is well. */
export function rejectOf(result: Result<object>): string | null {
  return result.ok ? null : result.reject
}

/** What came of it where it must be well. */
export function wellOf<Value>(result: ({ readonly ok: true } & Value) | Rejection): { readonly ok: true } & Value {
  if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
  return result
}
