import { join } from 'node:path'
import type { AnchorContext, NetworkParams } from '../../../bitcoin/index.ts'
import type { BitcoindClient, ChainFeed } from '../../../bitcoin/io/index.ts'
import { historyStart, openStoredHistory } from '../../../bus/io/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import type { KnownSources } from '../input/latest-results.ts'
import type { Program } from '../open-program.ts'
import { ChainJudge } from './chain-judge.ts'
import { programsOf } from './program-source.ts'
import { ResultsService } from './results-service.ts'

export interface ResultsIndexOptions {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  /** Whose results are judged; those of others are listed as such. */
  readonly programs: readonly Program[]
  /** Of the same node. */
  readonly feed: ChainFeed
  readonly inscriptions: IndexService
  readonly kernel: StorageKernel
  /** From which history and proofs begin; genesis unless given. */
  readonly anchor?: AnchorContext | undefined
  /** The first block that is looked at, for an index that is made now. */
  readonly startHeight: number
  /** For one look: what comes after the first tip is not taken in. */
  readonly once?: boolean | undefined
  /** Of this index alone. */
  readonly folder: string
}

/** An index of results, not started yet, over a feed and an index of inscriptions that somebody else starts. */
export interface ResultsIndex {
  readonly results: ResultsService
  /** By the same chain. */
  readonly judge: ChainJudge
  /** For programs that read results of these. */
  readonly sources: KnownSources
  /** Lets go what was opened. */
  close(): Promise<void>
}

/** Throws E_LOCKED or E_IO where its history cannot be opened. */
export async function openResultsIndex(options: ResultsIndexOptions): Promise<ResultsIndex> {
  const { client, params, programs, feed, inscriptions, kernel, anchor, startHeight, once, folder } = options
  const source = programsOf(programs)
  const history = await openStoredHistory(join(folder, 'history'), params, historyStart(params, anchor), kernel)
  const place = { client, params, inscriptions }
  // Each asks the other, once both are there.
  const known = { latest: (...asked: Parameters<ResultsService['latest']>) => results.latest(...asked) }
  const judge = new ChainJudge({ ...place, results: known, programs: source, headers: feed, history, anchor, kernel })
  const results: ResultsService = new ResultsService({
    ...{ ...place, feed, judge, programs: source.ids, startHeight, once },
    folder: join(folder, 'index'),
  })
  const sources = { programs: source.ids, verifier: judge.sources, results }
  return { results, judge, sources, close: () => history.close() }
}
