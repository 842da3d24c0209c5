import { join } from 'node:path'
import type { StorageParams } from '../../storage/index.ts'
import type { BlockHash } from '../bitcoin/index.ts'
import type { BitcoindClient, ChainFeed } from '../bitcoin/io/index.ts'
import type { PeerTransport } from '../bus/index.ts'
import { askerOf, isForBitcoin, resultIdentity, storesLog } from '../compute/index.ts'
import {
  type LogStorage,
  type Program,
  ResultInscriber,
  ResultPublisher,
  type ResultsService,
  Spendings,
  storingOf,
} from '../compute/io/index.ts'
import { bytesToHex, type RunningService, together } from '../lib/index.ts'
import type { StorageKernel } from '../proving/index.ts'
import {
  type IndexService,
  InscriberService,
  requireOwnCoins,
  type Ticket,
  TicketFollower,
  type Wallet,
} from '../settlement/io/index.ts'
import { giveBack } from './give-back.ts'
import { openLogStorage } from './log-storage.ts'

/** How a node writes results to Bitcoin. */
export interface ResultInscribingOptions {
  /** Signs and pays. */
  readonly wallet: Wallet
  /** Satoshis for the results of each graph in all, over restarts too. */
  readonly budget: bigint
  /** The same for results that records of others ask for, which come out of this one alone. */
  readonly requestBudget: bigint
  /** Folder of settlement's state, whose spendings the budgets are for: whatever has the same shares them. */
  readonly settlement: string
  /** Satoshis a virtual byte; what the node estimates unless given. */
  readonly feeRate?: number | undefined
  /** A wallet of the node that pays instead. */
  readonly fundFrom?: string | undefined
  readonly maxFeeRate?: number | undefined
  /** The group's, of some of the programs. */
  readonly tickets?: readonly Ticket[] | undefined
}

/** What that is made of. */
export interface InscribingComponents {
  readonly client: BitcoindClient
  /** The storage network that logs of results go to. */
  readonly storage: StorageParams
  readonly programs: readonly Program[]
  readonly feed: ChainFeed
  readonly inscriptions: IndexService
  readonly kernel: StorageKernel
  /** By which providers of storage are met. */
  readonly transport: PeerTransport
  /** Which results count, of these programs at least; started, and by whoever made it. */
  readonly results: ResultsService
  /** Folder of the node's state, which holds that of its inscriber too. */
  readonly folder: string
  /** How many peers come before this node where whoever proved a result of a block does not inscribe it. */
  placeOf(program: string, blockHash: BlockHash): number
  /** What was charged for a record that came to nothing stays charged, for this reason. */
  failed(error: Error): void
}

/** What inscribes results, not started yet; `service` is all of it but the index of results. */
export interface ResultInscribing {
  readonly results: ResultsService
  readonly inscriber: InscriberService
  readonly publisher: ResultPublisher
  /** Stores logs of results; null where no program has them stored. */
  readonly logs: LogStorage | null
  readonly service: RunningService
}

/** Composes who inscribes what does not count yet. Throws E_STORE, E_LOCKED or E_IO; E_USAGE where a wallet of the node is to pay beside a ticket. */
export async function openResultInscribing(
  components: InscribingComponents,
  { wallet, budget, requestBudget, settlement, feeRate, fundFrom, maxFeeRate, tickets = [] }: ResultInscribingOptions,
): Promise<ResultInscribing> {
  const { client, storage, programs, feed, inscriptions, kernel, transport, results, folder } = components
  if (tickets.length > 0) requireOwnCoins(fundFrom)
  const spendings = await Spendings.open(settlement)
  // Nobody reads an index that is not open yet.
  const known = { greatest: (line: string) => inscriptions.index.greatest(line) }
  const inscriber = new InscriberService({ wallet, client, state: folder, feed, index: known, fundFrom, maxFeeRate })
  const once = new ResultInscriber({
    ...{ inscriber, state: folder, wallet, spendings, budget, requestBudget },
    others: { results, tickets: tickets.map((ticket) => new TicketFollower(ticket, client)) },
  })
  const stores = programs.some(({ manifest }) => isForBitcoin(manifest) && storesLog(manifest))
  const storing = stores
    ? openLogStorage({
        ...{ client, inscriptions, inscriber, wallet, kernel, transport, feeRate },
        ...{ params: storage, folder: join(folder, 'storage') },
      })
    : null
  const manifests = new Map(programs.map(({ id, manifest }) => [bytesToHex(id), manifest]))
  const publisher = new ResultPublisher({
    results,
    hashAt: (height) => feed.hashAt(height),
    place: (program, blockHash) => components.placeOf(program, blockHash),
    payer: wallet.publicKey,
    inscribe: async (result, asked) => {
      const manifest = manifests.get(bytesToHex(result.program))
      if (manifest === undefined) throw new RangeError('a result of a program that is not served')
      const verified = await storingOf(storing?.logs ?? null, { result, manifest })
      return asked === null
        ? await once.inscribe(verified, feeRate)
        : await once.inscribeAsked(verified, asked, feeRate)
    },
  })
  // A provider that came later has it: what waited for that is inscribed without waiting for a block.
  storing?.logs.events.on('storing', () => publisher.again())
  const givenBack = giveBack(
    inscriber,
    once,
    async (result) => {
      const program = bytesToHex(result.program)
      const manifest = manifests.get(program)
      if (manifest === undefined) return
      const identity = bytesToHex(resultIdentity(manifest, result))
      // What is not charged any more is at work again already; where nothing is known of charges nothing is inscribed at all.
      const charge = await spendings.of(identity)
      if (charge !== null) publisher.add({ program, identity, result, own: true, asker: askerOf(charge) })
    },
    (error) => components.failed(error),
  )
  return {
    ...{ results, inscriber, publisher, logs: storing?.logs ?? null },
    service: together([inscriber, ...(storing === null ? [] : [storing.service]), publisher], givenBack),
  }
}
