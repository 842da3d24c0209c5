/**
 * One Ctrl-C may arrive several times: from the terminal's process group, and again from each parent that passes it on.
 * What comes this soon after the first is still that one.
 */
const SAME_MS = 1000

/**
 * What a signal means, given when the first one came (null: this is the first): the first asks for an orderly end, a
 * later one does not wait for it. Times in milliseconds, of one clock that never goes back.
 */
export function onSignal(first: number | null, now: number): 'stop' | 'same' | 'quit' {
  if (first === null) return 'stop'
  return now - first < SAME_MS ? 'same' : 'quit'
}

/** Calls `stop` at the first signal of the process and `quit` at one that is another. */
export function watchSignals(stop: (signal: string) => void, quit: () => void): void {
  let first: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now()
      const meaning = onSignal(first, now)
      first ??= now
      if (meaning === 'stop') stop(signal)
      else if (meaning === 'quit') quit()
    })
  }
}
