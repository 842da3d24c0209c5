import { delay, throwIfAborted } from '../../src/lib/index.ts'

export interface Hurry {
  /** Milliseconds without an answer after which the next one is asked as well. */
  readonly patienceMs: number
  /** So many are waited for at the same time. */
  readonly atOnce: number
  readonly signal: AbortSignal
}

/**
 * Asks one after another, and takes what the first gives who has it; null where nobody does. One that does not answer holds up
 * nobody: the next is asked beside it. Once something is given the signal that the others were asked with fires. Throws what
 * asking throws, and E_ABORTED once the signal fires.
 */
export async function firstGiven<One, Given extends object>(
  all: AsyncIterable<One>,
  ask: (one: One, signal: AbortSignal) => Promise<Given | null>,
  { patienceMs, atOnce, signal }: Hurry,
): Promise<Given | null> {
  throwIfAborted(signal)
  const { promise, resolve, reject } = Promise.withResolvers<Given | null>()
  const done = new AbortController()
  const within = AbortSignal.any([signal, done.signal])
  const open = new Set<Promise<void>>()
  const askAll = async () => {
    for await (const one of all) {
      if (within.aborted) return
      const asking = ask(one, within)
        .then((given) => given !== null && resolve(given))
        .then(() => void open.delete(asking))
      // Of one that is waited for no longer nobody hears.
      asking.catch(() => undefined)
      open.add(asking)
      await orPatience(asking, patienceMs)
      if (open.size >= atOnce) await Promise.race(open)
    }
    await Promise.all(open)
    resolve(null)
  }
  askAll().catch(reject)
  try {
    return await promise
  } finally {
    done.abort()
  }
}

async function orPatience(asking: Promise<void>, ms: number): Promise<void> {
  const answered = new AbortController()
  const patience = delay(ms, answered.signal)
  // That nothing is waited for any more is no error.
  patience.catch(() => undefined)
  try {
    await Promise.race([asking, patience])
  } finally {
    answered.abort()
  }
}
