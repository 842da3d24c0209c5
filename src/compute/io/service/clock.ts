import { delay } from '../../../lib/index.ts'

/** Time as services of computing know it: milliseconds, of a clock that never goes back. */
export interface Clock {
  now(): number
  /** Throws as soon as the signal fires. */
  delay(ms: number, signal: AbortSignal): Promise<void>
}

/** That of this process. */
export const processClock: Clock = { now: () => performance.now(), delay }
