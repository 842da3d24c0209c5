/**
 * How the project says that something given to it is not valid: a returned value that names the rule broken. It is
 * expected, so it is no exception; those are for bugs and for I/O (`errors.ts`).
 */
export interface Rejection<Reject extends string = string> {
  readonly ok: false
  /** The rule broken: stable, for programs. */
  readonly reject: Reject
  /** The same for people, with the values that broke it. */
  readonly detail: string
}

/** The fields of `Value` where all is well, else the rule broken. */
export type Result<Value extends object, Reject extends string = string> =
  | ({ readonly ok: true } & Value)
  | Rejection<Reject>

export function rejection<Reject extends string>(reject: Reject, detail: string): Rejection<Reject> {
  return { ok: false, reject, detail }
}
