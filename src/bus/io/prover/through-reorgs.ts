import { type HeaderReject, type HeaderRejection, Misfit, readMoving } from '../../../bitcoin/index.ts'
import { WscError } from '../../../lib/index.ts'
import { busError } from '../../errors.ts'
import type { HeaderSource } from './header-source.ts'

/** What a header of another branch looks like: its own work is in order, but it does not follow. */
const UNLINKED: ReadonlySet<HeaderReject> = new Set(['bad-prevblk-link', 'bad-genesis'])

/**
 * Looks again while a source's chain changes under `look`: what does not fit together, or is gone, may be a reorg
 * between two questions. The very same again right after is none: it is then told as it was found. Throws E_REORG
 * where the chain never stands still. A file cannot change so and is looked at once.
 */
export async function throughReorgs<T extends { readonly ok: true }>(
  source: HeaderSource,
  look: () => Promise<T | HeaderRejection>,
): Promise<T | HeaderRejection> {
  if (source.fixed) return await look()
  return await readMoving<T | HeaderRejection>(async () => {
    try {
      const found = await look()
      if (found.ok || !UNLINKED.has(found.reject)) return found
      const misfit = `at height ${found.height}: ${found.detail}`
      const endless = () => busError('E_REORG', `the chain keeps changing while it is read, ${misfit}`)
      return new Misfit(misfit, endless, () => found)
    } catch (error) {
      if (!isUnsettled(error)) throw error
      const again = () => {
        throw error
      }
      return new Misfit(error.message, () => error, error.code === 'E_NO_HEADERS' ? again : undefined)
    }
  })
}

/** Whether a failure may pass with the source's next block: its chain changed all the time, or is too short. */
export function isUnsettled(error: unknown): error is WscError<'E_REORG' | 'E_NO_HEADERS'> {
  return error instanceof WscError && (error.code === 'E_REORG' || error.code === 'E_NO_HEADERS')
}
