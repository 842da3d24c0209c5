import { join } from 'node:path'
import type { AnchorContext, NetworkParams } from '../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed } from '../bitcoin/io/index.ts'
import { historyStart, openStoredHistory, openVerifier } from '../bus/io/index.ts'
import { AutomationService, conditionOf, inscribedResults, type OnceOfKeys } from '../compute/io/index.ts'
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
  /** Who signs and pays for the records of its results, for how many satoshis in all; none are inscribed unless given. */
  readonly inscribing?: { readonly wallet: Wallet; readonly budget: bigint; readonly settlement: string } | undefined
  readonly finality?: number | undefined
  readonly since?: number | undefined
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
  const inscriber =
    inscribing === undefined
      ? null
      : new InscriberService({ client, feed, finality, wallet: inscribing.wallet, state: inscribing.settlement })
  const acting =
    inscribing === undefined || inscriber === null
      ? undefined
      : { actions: inscribedResults({ inscriber, wallet: inscribing.wallet }), budget: inscribing.budget }
  const automation = new AutomationService({
    ...{ feed, condition, poseidon, folder, openHistory, acting, finality, since },
  })
  const services = [feed, ...(inscriber === null ? [] : [inscriber]), automation]
  return { feed, automation, inscriber, service: together(services) }
}
