import type { Rejection } from '../lib/index.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { jsonLine } from './text.ts'

/** Tells of a command's refusal, as JSON too where that is asked for; `instead` says what there is or is not, `more` is for JSON alone. */
export function tellRefused(
  { terminal }: CliContext,
  { json }: { readonly json?: boolean },
  { reject, detail }: Pick<Rejection, 'reject' | 'detail'>,
  instead: string = 'invalid',
  more: object = {},
): ExitCode {
  if (json) terminal.result(jsonLine({ valid: false, reason: reject, detail, ...more }))
  terminal.note(`${instead}: ${reject}: ${detail}`)
  return EXIT.invalid
}
