import type { ProgramResult } from '../compute/index.ts'
import type { ResultInscriber } from '../compute/io/index.ts'
import type { InscriberService } from '../settlement/io/index.ts'

/**
 * Results whose record another's replaced for good: what was charged for each is taken back, and it is handed over to be inscribed
 * again, unless that record says it.
 *
 * @returns what resolves once all that was told so far is done
 */
export function giveBack(
  inscriber: Pick<InscriberService, 'events'>,
  once: Pick<ResultInscriber, 'release'>,
  again: (result: ProgramResult) => Promise<void>,
): () => Promise<void> {
  let giving = Promise.resolve()
  inscriber.events.on('superseded', (records) => {
    // Where that fails it stays charged: never is more spent than is counted.
    giving = giving.then(() => once.release(records, again)).catch(() => undefined)
  })
  return () => giving
}
