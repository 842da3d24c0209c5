import { runCli } from '../../src/cli/run.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

interface Surroundings {
  /** Empty unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Milliseconds; it stands still unless given. */
  readonly clock?: () => number
}

/** Runs `wsc` in this process, and returns what it said. */
export async function runInProcess(argv: readonly string[], { env = {}, clock = () => 0 }: Surroundings = {}) {
  let [stdout, stderr] = ['', '']
  const exit = await runCli(argv, '0.0.0', {
    terminal: openTerminal({ write: (text) => (stdout += text) }, { write: (text) => (stderr += text) }),
    env,
    signal: new AbortController().signal,
    clock,
  })
  return { exit, stdout, stderr }
}
