import pRetry from 'p-retry'
import { delay } from './abort.ts'

export interface RetryOptions {
  /** Whether asking again may do; what is not is thrown at once. */
  isTransient(error: unknown): boolean
  /** No new try begins after so many milliseconds; without it only `signal` or another error ends the trying. */
  withinMs?: number | undefined
  /** First pause, milliseconds; doubled with each further one. */
  firstMs: number
  /** Longest pause that doubling leads to. */
  mostMs: number
  /**
   * How long the other side asks to be left alone, milliseconds, where it says so (Retry-After): a pause is no shorter.
   * Where that is more than what is left of `withinMs`, nothing is tried any more.
   */
  askedMs?(error: unknown): number | undefined
  /** Before each pause: the failure, how often it has failed so far, and the pause in milliseconds. */
  onPause?(error: unknown, failures: number, pauseMs: number): void
  /** Ends the trying, a pause at once; what is thrown then is the signal's reason. */
  signal?: AbortSignal | undefined
}

/**
 * Does `work` again while what it throws may pass; throws the last failure where it does not in time. `work` is told how
 * often it was tried before, and ends by itself when the signal fires; what it has then done is given all the same.
 *
 * @example
 * const pauses = { firstMs: 1, mostMs: 10, withinMs: 1000 }
 * const answer = await retry(
 *   async (before) => {
 *     if (before < 2) throw new Error('not yet')
 *     return 'now'
 *   },
 *   { ...pauses, isTransient: () => true },
 * )
 * console.log(answer) // now
 */
export async function retry<T>(work: (before: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, firstMs, mostMs, withinMs, askedMs, isTransient, onPause } = options
  const began = performance.now()
  // The library wraps what is no Error, and drops a result that comes together with an interrupt.
  let done: { readonly value: T } | undefined
  let failure: { readonly error: unknown } | undefined
  const attempt = async (number: number): Promise<T> => {
    try {
      done = { value: await work(number - 1) }
      return done.value
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  const shouldRetry = async ({ attemptNumber, retryDelay }: { attemptNumber: number; retryDelay: number }) => {
    if (signal?.aborted || !isTransient(failure?.error)) return false
    const left = withinMs === undefined ? Number.POSITIVE_INFINITY : withinMs - (performance.now() - began)
    const asked = askedMs?.(failure?.error) ?? 0
    if (asked > left) return false
    onPause?.(failure?.error, attemptNumber, Math.min(Math.max(asked, retryDelay), left))
    // The library itself pauses for `retryDelay`.
    if (asked > retryDelay) await delay(asked - retryDelay, signal)
    return true
  }
  try {
    return await pRetry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: firstMs,
      maxTimeout: mostMs,
      ...(withinMs !== undefined && { maxRetryTime: withinMs }),
      ...(signal !== undefined && { signal }),
      shouldRetry,
    })
  } catch (error) {
    if (done !== undefined) return done.value
    signal?.throwIfAborted()
    throw failure === undefined ? error : failure.error
  }
}
