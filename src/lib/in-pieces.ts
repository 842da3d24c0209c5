import { throwIfAborted } from './abort.ts'

/** Work that yields where whoever runs it may do something else first; its result is what it returns. */
export type Pieces<T> = Generator<void, T, void>

/** Runs it to its end without a pause. */
export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** Runs it with a turn of the event loop after each piece; throws E_ABORTED as soon as `signal` has fired. */
export async function inTurns<T>(work: Pieces<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    throwIfAborted(signal)
    const { done, value } = work.next()
    if (done === true) return value
    await new Promise((resolve) => setTimeout(resolve))
  }
}
