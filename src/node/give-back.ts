import type { ProgramResult } from '../compute/index.ts'
import type { ResultInscriber } from '../compute/io/index.ts'
import { asError } from '../lib/index.ts'
import type { InscriberService } from '../settlement/io/index.ts'

/**
 * Results whose record another's replaced for good: what was charged for each is taken back, and it is handed over to be inscribed
 * again, unless that record says it.
 *
 * @param failed told why something stays charged: never is more spent than is counted
 * @returns what resolves once all that was told so far is done
 */
export function giveBack(
  inscriber: Pick<InscriberService, 'events'>,
  once: Pick<ResultInscriber, 'release'>,
  again: (result: ProgramResult) => Promise<void>,
  failed: (error: Error) => void,
): () => Promise<void> {
  let giving = Promise.resolve()
  inscriber.events.on('superseded', (records) => {
    giving = giving.then(() => once.release(records, again)).catch((error: unknown) => failed(asError(error)))
  })
  return () => giving
}
