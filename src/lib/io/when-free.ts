import { asError, errorCode } from '../errors.ts'
import { retry } from '../retry.ts'
import type { RunningService } from '../service.ts'

const PAUSES = { firstMs: 100, mostMs: 1_000, withinMs: 15_000 }

export interface WhenFreeOptions {
  /** Once, before it waits: what it waits for, and how many seconds at most. */
  onWait(error: Error, seconds: number): void
  readonly signal?: AbortSignal | undefined
}

/** Opens what another process may have at the moment; throws E_LOCKED where that takes long. */
export async function whenFree(open: () => Promise<void>, { onWait, signal }: WhenFreeOptions): Promise<void> {
  await retry(open, {
    ...PAUSES,
    signal,
    isTransient: (error) => errorCode(error) === 'E_LOCKED',
    onPause(error, failures) {
      if (failures === 1) onWait(asError(error), PAUSES.withinMs / 1000)
    },
  })
}

/** The service, which waits at its start for what another process may have at the moment. */
export function startsWhenFree(service: RunningService, { onWait }: Pick<WhenFreeOptions, 'onWait'>): RunningService {
  return {
    start: (signal) => whenFree(() => service.start(signal), { onWait, signal }),
    stop: () => service.stop(),
    ended: () => service.ended(),
  }
}
