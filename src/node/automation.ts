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
  requireSources,
  resultSource,
  Spendings,
} from '../compute/io/index.ts'
import { type RunningService, together } from '../lib/index.ts'
import { firstInscriptionHeight } from '../settlement/index.ts'
import { IndexService, InscriberService, type Wallet } from '../settlement/io/index.ts'

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
}

interface Inscribing {
  readonly wallet: Wallet
  readonly budget: bigint
  /** Folder of settlement's state. */
  readonly settlement: string
}

/** Its services; `service` is all of them. */
export interface Automation {
  readonly feed: ChainFeed
  readonly automation: AutomationService
  readonly inscriber: InscriberService | null
  readonly service: RunningService
}

/**
 * Composes an automation that follows a bitcoind, not started yet. Throws E_PROGRAM where the program has no condition, or reads results of
 * a program that is none of the sources; E_LOCKED or E_IO where their history cannot be opened.
 */
export async function openAutomation(options: AutomationOptions): Promise<Automation> {
  const { client, params, program, folder, inscribing, finality, since } = options
  const condition = conditionOf(program)
  const feed = new ChainFeed({ client, params })
  const writing = inscribing === undefined ? null : await openWriting({ client, feed, finality, ...inscribing })
  const { services, openOccasions, close } =
    condition.about.kind === 'periods'
      ? await ofPeriods(options, condition.about.binding, feed)
      : await ofResults(options, condition.about, feed)
  const automation = new AutomationService({
    ...{ feed, condition, folder, openOccasions, finality, since },
    inscribe: writing === null ? undefined : (result) => writing.once.inscribe({ result, manifest: program.manifest }),
  })
  const inscriber = writing?.inscriber ?? null
  const all = [feed, ...services, ...(inscriber === null ? [] : [inscriber]), automation]
  return { feed, automation, inscriber, service: together(all, close) }
}

/** Where a condition's occasions come from, and what runs for that. */
interface Reading {
  readonly services: readonly RunningService[]
  openOccasions(): Promise<OccasionSource>
  close(): Promise<void>
}

async function ofPeriods(
  { params, anchor, folder }: AutomationOptions,
  binding: HistoryBinding,
  feed: ChainFeed,
): Promise<Reading> {
  const poseidon = await openVerifier()
  const openOccasions = async () => {
    const start = historyStart(params, anchor)
    const history = await openStoredHistory(join(folder, 'history'), params, start, poseidon)
    return periodSource({ binding, history, feed, poseidon })
  }
  return { services: [], openOccasions, close: async () => undefined }
}

async function ofResults(
  { client, params, anchor, folder, program, sources = [] }: AutomationOptions,
  { source, length }: Extract<Condition['about'], { readonly kind: 'results' }>,
  feed: ChainFeed,
): Promise<Reading> {
  requireSources(program, programsOf(sources).ids)
  const kernel = await openKernel()
  const inscriptions = new IndexService({ client, params, state: folder, feed, waitsForRoom: true })
  const startHeight = firstInscriptionHeight(params)
  const { results, judge, close } = await openResultsIndex({
    ...{ client, params, programs: sources, feed, inscriptions, kernel, anchor, startHeight },
    folder: join(folder, 'results-index'),
  })
  const openOccasions = async () => resultSource({ source, length, results, judge, feed, params, kernel })
  return { services: [inscriptions, results], openOccasions, close }
}

/** Who writes its results to Bitcoin. Throws E_STORE where what was spent is not known. */
async function openWriting({
  client,
  feed,
  finality,
  wallet,
  budget,
  settlement: state,
}: Pick<AutomationOptions, 'client' | 'finality'> & Inscribing & { readonly feed: ChainFeed }) {
  const spendings = await Spendings.open(state)
  const inscriber = new InscriberService({ client, feed, finality, wallet, state })
  return { inscriber, once: new ResultInscriber({ inscriber, state, wallet, spendings, budget }) }
}
