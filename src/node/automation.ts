import { join } from 'node:path'
import type { AnchorContext, NetworkParams } from '../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed } from '../bitcoin/io/index.ts'
import { historyStart, openStoredHistory, openVerifier } from '../bus/io/index.ts'
import { AutomationService, conditionOf, type OnceOfKeys, ResultInscriber, Spendings } from '../compute/io/index.ts'
import { type RunningService, together } from '../lib/index.ts'
import { InscriberService, type Wallet } from '../settlement/io/index.ts'

/** What an automation is made of. */
export interface AutomationOptions {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  readonly anchor: AnchorContext | undefined
  readonly program: OnceOfKeys
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

/** Composes an automation that follows a bitcoind, not started yet. Throws E_PROGRAM where the program has no condition. */
export async function openAutomation(options: AutomationOptions): Promise<Automation> {
  const { client, params, anchor, program, folder, inscribing, finality, since } = options
  const condition = conditionOf(program)
  const poseidon = await openVerifier()
  const feed = new ChainFeed({ client, params })
  const start = historyStart(params, anchor)
  const openHistory = () => openStoredHistory(join(folder, 'history'), params, start, poseidon)
  const writing = inscribing === undefined ? null : await openWriting({ client, feed, finality, ...inscribing })
  const automation = new AutomationService({
    ...{ feed, condition, poseidon, folder, openHistory, finality, since },
    inscribe: writing === null ? undefined : (result) => writing.once.inscribe({ result, manifest: program.manifest }),
  })
  const inscriber = writing?.inscriber ?? null
  const services = [feed, ...(inscriber === null ? [] : [inscriber]), automation]
  return { feed, automation, inscriber, service: together(services) }
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
