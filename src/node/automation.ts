import { join } from 'node:path'
import { openKernel } from '../../storage/io/index.ts'
import type { AnchorContext, NetworkParams } from '../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed } from '../bitcoin/io/index.ts'
import { historyStart, openStoredHistory, openVerifier } from '../bus/io/index.ts'
import type { HistoryBinding } from '../compute/index.ts'
import {
  AutomationService,
  type Condition,
  conditionOf,
  type OccasionSource,
  type OnceOfKeys,
  openResultsIndex,
  type Program,
  periodSource,
  programsOf,
  ResultInscriber,
  type ResultsIndex,
  type ResultsService,
  requireSources,
  resultSource,
  Spendings,
  untilAtTip,
} from '../compute/io/index.ts'
import { type RunningService, together } from '../lib/index.ts'
import type { StorageKernel } from '../proving/index.ts'
import { firstInscriptionHeight } from '../settlement/index.ts'
import { IndexService, InscriberService, type Ticket, TicketFollower, type Wallet } from '../settlement/io/index.ts'
import { giveBack } from './give-back.ts'

/** What an automation is made of. */
export interface AutomationOptions {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  readonly anchor: AnchorContext | undefined
  readonly program: OnceOfKeys
  /** Programs of which it reads results. */
  readonly sources?: readonly Program[] | undefined
  /** Of what it keeps: the chain's history, and what has fired. */
  readonly folder: string
  /** Who signs and pays for the records of its results, within the budget of the graph; none are inscribed unless given. */
  readonly inscribing?: Inscribing | undefined
  readonly finality?: number | undefined
  readonly since?: number | undefined
  /** What was charged for a record that came to nothing stays charged, for this reason. */
  failed?(error: Error): void
}

interface Inscribing {
  readonly wallet: Wallet
  readonly budget: bigint
  /** Folder of settlement's state. */
  readonly settlement: string
  /** The group's, of this program. */
  readonly ticket?: Ticket | undefined
}

/** Its services; `service` is all of them. */
export interface Automation {
  readonly feed: ChainFeed
  readonly automation: AutomationService
  readonly inscriber: InscriberService | null
  /** By which results are known that it reads, or that others of its group have inscribed; null where it needs none. */
  readonly inscriptions: IndexService | null
  readonly service: RunningService
}

/**
 * Composes an automation that follows a bitcoind, not started yet. What throws leaves nothing open: E_PROGRAM where the program has no
 * condition, or reads results of a program that is none of the sources; E_LOCKED or E_IO where a history cannot be opened; E_STORE where
 * what was spent is not known.
 */
export async function openAutomation(options: AutomationOptions): Promise<Automation> {
  const { client, params, program, folder, inscribing, finality, since } = options
  const condition = conditionOf(program)
  const feed = new ChainFeed({ client, params })
  const spendings = inscribing === undefined ? null : await Spendings.open(inscribing.settlement)
  const counting = await openCounting(options, condition, feed)
  const { about } = condition
  const openOccasions =
    about.kind === 'periods'
      ? () => ofPeriods(options, about.binding, feed)
      : async () => ofResults(options, about, counting as Counting, feed)
  const writing =
    inscribing === undefined || spendings === null
      ? null
      : writes({ client, feed, finality, spendings, results: counting?.results, ...inscribing })
  const { manifest } = program
  const automation = new AutomationService({
    ...{ feed, condition, folder, openOccasions, finality, since },
    ...(writing !== null && {
      inscribe: async (result, signal) => {
        await writing.ready(signal)
        return await writing.once.inscribe({ result, manifest })
      },
      cameToNothing: (result) => writing.once.cameToNothing({ result, manifest }),
    }),
  })
  const inscriber = writing?.inscriber ?? null
  const givenBack =
    writing === null
      ? null
      : giveBack(
          writing.inscriber,
          writing.once,
          (one) => automation.again(one),
          (error) => options.failed?.(error),
        )
  const counted = counting === null ? [] : [counting.inscriptions, counting.results]
  const all = [feed, ...counted, ...(inscriber === null ? [] : [inscriber]), automation]
  const service = together(all, async () => {
    await givenBack?.()
    await counting?.close()
  })
  return { feed, automation, inscriber, inscriptions: counting?.inscriptions ?? null, service }
}

/** The results that the condition is about, and those of its own program where a group inscribes them. */
interface Counting extends ResultsIndex {
  readonly inscriptions: IndexService
  readonly kernel: StorageKernel
}

/** Null where no results are to be known. */
async function openCounting(
  { client, params, anchor, folder, program, sources = [], inscribing }: AutomationOptions,
  { about }: Condition,
  feed: ChainFeed,
): Promise<Counting | null> {
  const isGroup = inscribing?.ticket !== undefined
  if (about.kind === 'results') requireSources(program, programsOf(sources).ids)
  else if (!isGroup) return null
  const kernel = await openKernel()
  const inscriptions = new IndexService({ client, params, state: folder, feed, waitsForRoom: true })
  const startHeight = firstInscriptionHeight(params)
  const programs = isGroup ? [...sources, program] : sources
  const index = await openResultsIndex({
    ...{ client, params, programs, feed, inscriptions, kernel, anchor, startHeight },
    // Of other programs it is another index.
    folder: join(folder, isGroup ? 'group-index' : 'results-index'),
  })
  return { ...index, inscriptions, kernel }
}

async function ofPeriods(
  { params, anchor, folder }: AutomationOptions,
  binding: HistoryBinding,
  feed: ChainFeed,
): Promise<OccasionSource> {
  const poseidon = await openVerifier()
  const start = historyStart(params, anchor)
  const history = await openStoredHistory(join(folder, 'history'), params, start, poseidon)
  return periodSource({ binding, history, feed, poseidon })
}

function ofResults(
  { params }: AutomationOptions,
  { source, length }: Extract<Condition['about'], { readonly kind: 'results' }>,
  { results, judge, kernel }: Counting,
  feed: ChainFeed,
): OccasionSource {
  return resultSource({ source, length, results, judge, feed, params, kernel })
}

interface Writes extends Pick<AutomationOptions, 'client' | 'finality'>, Inscribing {
  readonly feed: ChainFeed
  readonly spendings: Spendings
  readonly results: ResultsService | undefined
}

/** Who writes its results to Bitcoin; `ready` resolves once it is known what others of the group have written. */
function writes({ client, feed, finality, wallet, budget, settlement: state, ticket, spendings, results }: Writes) {
  const inscriber = new InscriberService({ client, feed, finality, wallet, state })
  const group = ticket === undefined || results === undefined ? null : { ticket, results }
  const once = new ResultInscriber({
    ...{ inscriber, state, wallet, spendings, budget },
    others:
      group === null ? undefined : { results: group.results, tickets: [new TicketFollower(group.ticket, client)] },
  })
  const ready = async (signal: AbortSignal) => {
    if (group !== null) await untilAtTip({ results: group.results, feed }, signal)
  }
  return { inscriber, once, ready }
}
