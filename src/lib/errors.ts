/**
 * What a user may do about an error, as data: the command line turns it into commands and flags, a page into a button.
 * `act` says what to do, `subject` to which file, folder or name.
 */
export interface Cure {
  readonly act: string
  readonly subject?: string
}

/** What an error tells beside its message. */
export interface WscErrorOptions extends ErrorOptions {
  readonly cure?: Cure
}

/**
 * Every exception of the project: I/O, a bug of the caller, or what an operator must look at. What is merely invalid
 * is returned instead (`result.ts`).
 */
export class WscError<Code extends string = string> extends Error {
  /** Stable, for programs; each part lists its own. */
  readonly code: Code
  readonly cure: Cure | undefined

  constructor(code: Code, message: string, options: WscErrorOptions = {}) {
    const { cure, ...rest } = options
    super(message, rest)
    this.name = 'WscError'
    this.code = code
    this.cure = cure
  }
}

/** Whatever was thrown, as an error; what is none is the cause of one. */
export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause), { cause })
}

/**
 * The literal code of whatever was thrown, Node's own among them; undefined where it has none.
 *
 * @example
 * import { compileCircom, errorCode } from 'wsc-bitcoin'
 *
 * const code = await compileCircom('missing.circom').catch(errorCode)
 * console.log(code) // E_CIRCUIT
 */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
