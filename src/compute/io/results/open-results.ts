import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { openKernel } from '../../../../storage/io/index.ts'
import type { AnchorContext, NetworkParams } from '../../../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed } from '../../../bitcoin/io/index.ts'
import { type RunningService, together } from '../../../lib/index.ts'
import { IndexService } from '../../../settlement/io/index.ts'
import type { Program } from '../open-program.ts'
import type { ChainJudge } from './chain-judge.ts'
import { programsOf } from './program-source.ts'
import { openResultsIndex } from './results-index.ts'
import type { ResultsService } from './results-service.ts'

export interface OpenResultsOptions {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  /** Folder of settlement's state, which holds the index of inscriptions; that of results lies below it. */
  readonly state: string
  /** Whose results are judged; those of others are listed as such. */
  readonly programs: readonly Program[]
  /** From which history and proofs begin; genesis unless given. */
  readonly anchor?: AnchorContext | undefined
  /** The first block that is looked at, for an index that is made now. */
  readonly startHeight: number
  /** For one look: what comes after the first tip is not taken in. */
  readonly once?: boolean | undefined
}

/** Results of a node's chain and what they are kept from; `service` is all of it. */
export interface OpenResults {
  readonly feed: ChainFeed
  readonly inscriptions: IndexService
  readonly results: ResultsService
  /** By the same chain. */
  readonly judge: ChainJudge
  /** What belongs to this index lies in it. */
  readonly folder: string
  readonly service: RunningService
}

/** Composes an index of results, not started yet. Throws E_LOCKED or E_IO where its history cannot be opened. */
export async function openResults(options: OpenResultsOptions): Promise<OpenResults> {
  const { client, params, state, programs, anchor, startHeight, once } = options
  const kernel = await openKernel()
  const folder = resultsFolder(state, programsOf(programs).ids)
  const feed = new ChainFeed({ client, params })
  const inscriptions = new IndexService({ client, params, state, feed, startHeight, once })
  const { results, judge, close } = await openResultsIndex({
    ...{ client, params, programs, feed, inscriptions, kernel, anchor, startHeight, once, folder },
  })
  return { feed, inscriptions, results, judge, folder, service: together([feed, inscriptions, results], close) }
}

/** What counts is of a set of programs: another set has another index, made of the same chain. */
function resultsFolder(state: string, programs: readonly string[]): string {
  const name = createHash('sha256')
    .update([...programs].sort().join())
    .digest('hex')
    .slice(0, 16)
  return join(state, 'results', name)
}
