import { errorCode } from '../errors.ts'
import { retry } from '../retry.ts'
import { faultOf } from './level-fault.ts'

const PAUSES = { firstMs: 500, mostMs: 10_000 }

/** Whether an exception, whatever part's it is, says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  if (errorCode(error) === 'E_DISK_FULL') return true
  const cause = (error as { readonly cause?: unknown } | null | undefined)?.cause
  return cause !== undefined && faultOf(cause) === 'full'
}

/**
 * Does a piece of work that writes, and does it again while the disk is full: for services that go on as soon as there is
 * room. `onFull` is told of each time that begins. Throws the signal's reason once it fires.
 */
export async function whenRoom<T>(
  work: () => Promise<T>,
  { signal, onFull }: { readonly signal: AbortSignal | undefined; onFull(error: unknown): void },
): Promise<T> {
  const onPause = (error: unknown, failures: number) => {
    if (failures === 1) onFull(error)
  }
  return await retry(work, { ...PAUSES, isTransient: isDiskFull, onPause, signal })
}
