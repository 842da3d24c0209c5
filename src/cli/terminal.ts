import { printable, printableLines } from './text.ts'

/** Where a command writes. Results go to stdout; progress, warnings and errors to stderr, always. */
export interface Terminal {
  result(line: string): void
  note(line: string): void
  /** Progress: one line rewritten in place on a terminal; elsewhere a plain line now and then, and a phase's last. */
  progress(line: string): void
  /** Ends a progress line, if one is open, and tells the newest. */
  settle(): void
}

interface Stream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Between two plain progress lines of one phase, where nothing can be rewritten. A phase is known by its first word. */
const PLAIN_EVERY_MS = 10_000

export function openTerminal(
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  clock: () => number = Date.now,
): Terminal {
  let open = false
  let shownAt = Number.NEGATIVE_INFINITY
  let shownPhase: string | undefined
  let shown: string | undefined
  /** The newest progress, where it was too soon to tell it. */
  let waiting: string | undefined
  const tell = (line: string) => {
    if (line !== shown) stderr.write(`${printable(line)}\n`)
    shown = line
    waiting = undefined
  }
  const settle = () => {
    if (open) stderr.write('\n')
    open = false
    if (waiting !== undefined) tell(waiting)
  }
  return {
    settle,
    result(line) {
      settle()
      stdout.write(`${printable(line)}\n`)
    },
    note(line) {
      settle()
      stderr.write(`${printableLines(line)}\n`)
    },
    progress(line) {
      if (stderr.isTTY === true) {
        stderr.write(`\r\u001b[2K${printable(line)}`)
        open = true
        return
      }
      const phase = line.split(' ', 1)[0]
      if (phase === shownPhase && clock() - shownAt < PLAIN_EVERY_MS) {
        waiting = line
        return
      }
      // What a phase came to is told before the next one begins.
      if (phase !== shownPhase && waiting !== undefined) tell(waiting)
      shownPhase = phase
      shownAt = clock()
      tell(line)
    },
  }
}

/** Seconds as people say them: 45 s, 12 min, 3 h 20 min, 4 d 2 h. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
