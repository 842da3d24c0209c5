import { chosenName, type StorageParams } from '../../storage/index.ts'
import { openKernel } from '../../storage/io/index.ts'
import { type BitcoindClient, bitcoindBlocks, ChainFeed } from '../bitcoin/io/index.ts'
import { computeGossip, isForBitcoin, type ProvingQueue } from '../compute/index.ts'
import {
  ComputeService,
  keepComputeFiles,
  OwnChain,
  OwnReading,
  type Program,
  programsOf,
  type QueueServer,
  registeredIn,
  requestSource,
  requireSources,
  SharedJobs,
  servedProgram,
} from '../compute/io/index.ts'
import { bytesToHex, type RunningService, together } from '../lib/index.ts'
import { loadPeerKey, openPeerHost, type PeerHost } from '../p2p/index.ts'
import { IndexService } from '../settlement/io/index.ts'
import { openComputeState } from './compute-state.ts'
import { provingJobs } from './proving-jobs.ts'
import type { ResultInscribing, ResultInscribingOptions } from './result-inscribing.ts'

/** A node of the compute network: what it serves, and with whom it speaks. */
export interface ComputeNodeOptions {
  readonly client: BitcoindClient
  /** The network, and what all who are to meet there have chosen besides, providers of storage too. */
  readonly storage: StorageParams
  readonly programs: readonly Program[]
  /** Programs whose results those read, beside them. */
  readonly sources?: readonly Program[] | undefined
  /** Folder of its state; one process has it. */
  readonly folder: string
  /** File of its identity among peers: it signs what the node serves. */
  readonly identityFile: string
  /** Multiaddrs: where peers reach it, nowhere unless given; where it tells them that they do. */
  readonly listen?: readonly string[] | undefined
  readonly announce?: readonly string[] | undefined
  /** Peers to begin with. */
  readonly peers?: readonly string[] | undefined
  /** Length of a slot of the order of provers, milliseconds. */
  readonly slotMs?: number | undefined
  /** Proofs that are made at a time in this process; two unless given. */
  readonly atOnce?: number | undefined
  /** It writes right results to Bitcoin; it does not unless given. */
  readonly inscribing?: ResultInscribingOptions | undefined
  /** Where workers of other machines take its proving jobs; it proves in this process unless given. */
  readonly server?: QueueServer | undefined
  /** What could not be written of how it stands and of results, or of what was charged. */
  failed?(error: Error): void
}

/** Its services; `service` is all of them. */
export interface ComputeNode {
  readonly feed: ChainFeed
  readonly index: IndexService
  readonly host: PeerHost
  readonly queue: ProvingQueue
  readonly compute: ComputeService
  readonly inscribing: ResultInscribing | null
  readonly service: RunningService
}

/**
 * Composes a node of the compute network, not started yet. What throws leaves nothing open: E_PROGRAM where the graph that a
 * program reads results of is not among `sources`; E_P2P_ADDRESS or E_P2P_IDENTITY; E_LOCKED, E_DATA_DIR_VERSION,
 * E_DATA_DIR_MISMATCH or E_IO where a history cannot be opened; and with `inscribing` what `openResultInscribing` throws.
 */
export async function openComputeNode(options: ComputeNodeOptions): Promise<ComputeNode> {
  const { client, storage, programs, folder, identityFile, slotMs, atOnce, server } = options
  const params = storage.network
  const { listen, announce, peers: bootstrap } = options
  const known = programsOf([...programs, ...(options.sources ?? [])])
  for (const program of programs) requireSources(program, known.ids)
  const kernel = await openKernel()
  const feed = new ChainFeed({ client, params })
  const index = new IndexService({ client, params, state: folder, feed, waitsForRoom: true })
  const gossip = computeGossip(programs.map(({ id }) => bytesToHex(id)))
  const host = await openPeerHost({
    ...{ params, chosen: chosenName(storage), listen, announce },
    bootstrap,
    identityFile,
    gossip,
  })
  const { secretKey } = await loadPeerKey(identityFile)
  const byId = new Map(programs.map((program) => [bytesToHex(program.id), program]))
  const { queue, engines } = provingJobs({ programs: byId, feed, folder, atOnce, server })
  const state = await openComputeState(
    {
      ...{ client, storage, programs, known: known.all, feed, inscriptions: index, kernel, folder, transport: host },
      placeOf: (program, blockHash) => compute.place(program, blockHash),
      failed: (error) => options.failed?.(error),
    },
    options.inscribing,
  )
  const { history, counting, inscribing } = state
  const reading = new OwnReading({
    ...{ client, params, history, headers: feed, blocks: bitcoindBlocks(client), poseidon: kernel },
    inscriptions: index,
  })
  const parts = {
    jobs: new SharedJobs(queue),
    kernel,
    params,
    inscriptions: index,
    reading,
    sources: counting?.sources,
  }
  const served = programs.map((program) => servedProgram(program, parts))
  const compute = new ComputeService({
    ...{ params, secretKey, slotMs },
    programs: served,
    chain: new OwnChain(feed, history, index),
    requests: requestSource({
      ...{ client, params, programs, history, inscriptions: index },
      isAnswered: async (identity) => ((await inscribing?.results.countedBy(identity)) ?? null) !== null,
    }),
    transport: host,
    registered: async () => {
      // Who does not know the order would prove out of turn.
      await index.caughtUp()
      return await registeredIn(index, storage)
    },
  })
  const { events, key } = compute
  const files = { events, key, standing: () => compute.standing }
  const written = keepComputeFiles(folder, files, (error) => options.failed?.(error))
  if (inscribing !== null) inscribeHeard(compute, byId, inscribing, options.inscribing?.budget ?? 0n)
  const writing = inscribing === null ? [] : [inscribing.service]
  const kept = counting === null ? [] : [counting.results]
  // What is to be answered is said before peers connect.
  const service = together([feed, index, queue, ...kept, ...writing, compute, host], async () => {
    await engines.close()
    await written()
    await state.close()
  })
  return { feed, index, host, queue, compute, inscribing, service }
}

/** What the node proves and hears is inscribed where its program says so, and what it answers where who asked says so too. */
function inscribeHeard(
  compute: ComputeService,
  programs: ReadonlyMap<string, Program>,
  { publisher }: ResultInscribing,
  budget: bigint,
): void {
  // The index of results may come to a tip later than the node does, and nobody waits longer for that.
  let since: number | undefined
  compute.events.on('tip', ({ height }) => {
    since = height
  })
  compute.events.on('result', ({ program, identity, message: { result }, inTurn, isAsked }) => {
    const known = programs.get(program)
    // What a peer asked for is not paid for: who asks on Bitcoin has paid a fee, and says how much its record may cost.
    if (isAsked || known === undefined || !isForBitcoin(known.manifest) || known.manifest.trigger.onRequest) return
    // Who pays for nothing but requests is not told at each block that it does not pay.
    if (budget > 0n) publisher.add({ program, identity, result, own: inTurn, since })
  })
  compute.events.on('answered', ({ placed, request, identity, message: { result }, own }) => {
    const { id, program, author, deadline } = placed
    const known = programs.get(program)
    if (known === undefined || !isForBitcoin(known.manifest) || request.destination !== 'inscription') return
    const asker = { request: id, author, most: request.maxSatoshis, until: deadline }
    publisher.add({ program, identity, result, own, asker, since })
  })
}
