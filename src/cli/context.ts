import type { Terminal } from './terminal.ts'

/** What a command runs in; nothing else of the process is read anywhere in it. */
export interface CliContext {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Milliseconds since 1970. */
  readonly clock: () => number
}
