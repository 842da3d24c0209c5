import { join } from 'node:path'
import { type History, historyStart, openStoredHistory } from '../bus/io/index.ts'
import { readsResults } from '../compute/index.ts'
import { openResultsIndex, type Program, type ResultsIndex } from '../compute/io/index.ts'
import { firstInscriptionHeight } from '../settlement/index.ts'
import {
  type InscribingComponents,
  openResultInscribing,
  type ResultInscribing,
  type ResultInscribingOptions,
} from './result-inscribing.ts'

interface Components extends Omit<InscribingComponents, 'results'> {
  /** Programs whose results those read, and they themselves. */
  readonly known: readonly Program[]
}

/** What a node of the compute network keeps on its disk of the chain and of results, none of it started yet. */
export interface ComputeState {
  readonly history: History
  /** Which results count; null where no program reads any and none are inscribed. */
  readonly counting: ResultsIndex | null
  /** Null where none are inscribed. */
  readonly inscribing: ResultInscribing | null
  /** Once nothing of it runs any more. */
  close(): Promise<void>
}

/**
 * Opens it. What throws leaves nothing open: E_LOCKED, E_DATA_DIR_VERSION, E_DATA_DIR_MISMATCH or E_IO where a history cannot be
 * opened; and with `options` what `openResultInscribing` throws.
 */
export async function openComputeState(
  components: Components,
  options: ResultInscribingOptions | undefined,
): Promise<ComputeState> {
  const { client, storage, programs, known, feed, inscriptions, kernel, folder } = components
  const params = storage.network
  const counting =
    options === undefined && !programs.some(({ manifest }) => readsResults(manifest))
      ? null
      : await openResultsIndex({
          ...{ client, params, programs: known, feed, inscriptions, kernel },
          ...{ startHeight: firstInscriptionHeight(params), folder: join(folder, 'results-index') },
        })
  try {
    const inscribing =
      options === undefined || counting === null
        ? null
        : await openResultInscribing({ ...components, results: counting.results }, options)
    const history = await openStoredHistory(join(folder, 'history'), params, historyStart(params), kernel)
    const close = async () => {
      await history.close()
      await counting?.close()
    }
    return { history, counting, inscribing, close }
  } catch (error) {
    // It holds a history too, whose folder nobody else could open.
    await counting?.close()
    throw error
  }
}
