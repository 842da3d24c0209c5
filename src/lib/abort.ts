import { WscError } from './errors.ts'

/** What everything long throws once its signal has fired; the signal's own reason is the cause. */
export function abortedError(cause?: unknown): WscError<'E_ABORTED'> {
  return new WscError('E_ABORTED', 'interrupted', { cause })
}

/** Throws E_ABORTED once `signal` has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal.reason)
}

/**
 * A signal that fires after so many milliseconds, and lets go of everything as soon as it is cleared: what hangs on an
 * `AbortSignal.timeout` stays in memory until that fires, however soon the work has ended.
 */
export class Deadline {
  readonly #over = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>

  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => this.#over.abort(), milliseconds)
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}

/** Waits so many milliseconds; throws E_ABORTED as soon as `signal` fires. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortedError(signal.reason))
    const done = () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    const onAbort = () => {
      clearTimeout(timer)
      reject(abortedError(signal?.reason))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** What `promise` gives, or the reason of `signal` as soon as that fires; the work itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    const end = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    promise.then(resolve, reject).finally(end)
  })
}

/** Resolves as soon as `signal` has fired. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
