import { CommanderError } from 'commander'
import { errorCode, isInterrupt, WscError } from '../lib/index.ts'
import { withCure } from './cure.ts'
import { anyFlag } from './has-flag.ts'

/** Exit codes of every command. */
export const EXIT = {
  valid: 0,
  invalid: 1,
  /** Could not be judged: usage, missing file, unreachable node. */
  unjudged: 2,
  /** Interrupted; the state is saved. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Something the user can put right; the message says how. */
export function usageError(message: string, options?: ErrorOptions): WscError<'E_USAGE'> {
  return new WscError('E_USAGE', message, options)
}

/** What an exception means for the caller, and the one line to tell. */
export function explain(
  error: unknown,
  signal: AbortSignal,
  has = anyFlag,
): { readonly exit: ExitCode; readonly message: string } {
  if (error instanceof CommanderError) {
    // Help and version end this way too; commander has printed whatever there is to say.
    return { exit: error.exitCode === 0 ? EXIT.valid : EXIT.unjudged, message: '' }
  }
  const code = errorCode(error)
  const message = withCure(error, has)
  if (isInterrupt(error, signal)) {
    return { exit: EXIT.interrupted, message: 'interrupted; what was finished is saved' }
  }
  const whole = code === undefined ? message : `${message} (${code})`
  return { exit: EXIT.unjudged, message: signal.aborted ? `interrupted, and not all could be saved: ${whole}` : whole }
}
