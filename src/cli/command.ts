import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import type { ExitCode } from './exit.ts'

/** What a command's file exports: it adds itself to its parent and reports its exit code through `run`. */
export type AddCommand = (parent: Command, run: Runner) => void

/** Wraps a command's work so that `main` gets its exit code. */
export type Runner = <Args extends unknown[]>(
  work: (context: CliContext, ...args: Args) => Promise<ExitCode>,
) => (...args: Args) => Promise<void>

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ wsc ${line}`).join('\n')}\n`
}
