import { type BitcoindError, isTransient } from '../../../bitcoin/io/index.ts'
import { retry } from '../../../lib/index.ts'
import type { HeaderSource } from './header-source.ts'

const RETRY_MS = 1000

/**
 * Headers of a bitcoind that may restart meanwhile: asked again until it answers, or `signal` ends it. `onWaiting` hears
 * once for each question that has to wait.
 */
export function patientSource(
  source: HeaderSource,
  signal: AbortSignal,
  onWaiting: (error: BitcoindError) => void,
): HeaderSource {
  const patiently = <T>(ask: () => Promise<T>): Promise<T> =>
    retry(ask, {
      isTransient,
      firstMs: RETRY_MS,
      mostMs: RETRY_MS,
      signal,
      onPause: (error, failures) => {
        if (failures === 1) onWaiting(error as BitcoindError)
      },
    })
  return {
    fixed: source.fixed,
    tipHeight: (ending) => patiently(() => source.tipHeight(ending)),
    headers: (from, count, ending) => patiently(() => source.headers(from, count, ending)),
    hashAt: (height, ending) => patiently(() => source.hashAt(height, ending)),
  }
}
