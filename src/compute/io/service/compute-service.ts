import { ed25519 } from '@noble/curves/ed25519.js'
import { type BlockHash, type NetworkParams, toDisplay } from '../../../bitcoin/index.ts'
import type { Gossip, PeerName, PeerTransport } from '../../../bus/index.ts'
import { AtMost, asError, bytesToHex, Emitter, type Events, Running, type RunningService } from '../../../lib/index.ts'
import { resultGossip } from '../../peers/result-kind.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import type { Registered } from '../../scheduling/registered.ts'
import { SLOT_MS } from '../../scheduling/turns.ts'
import { ForPeers } from '../../service/for-peers.ts'
import { KnownResults } from '../../service/known-results.ts'
import type { OwnBlock, ServedProgram } from '../../service/served-program.ts'
import { Announcing } from './announcing.ts'
import { answerHeld } from './answer-held.ts'
import { askHeld } from './ask-held.ts'
import { ChainRequests } from './chain-requests.ts'
import { type Clock, processClock } from './clock.ts'
import type { ComputeEvents, ProgramStanding } from './compute-events.ts'
import { HeardResults } from './heard-results.ts'
import type { FollowedChain } from './own-chain.ts'
import type { RequestSource } from './prepare-requested.ts'
import { ProgramRounds } from './program-rounds.ts'
import { Provers } from './provers.ts'
import { Requests } from './requests.ts'
import { SeenBlocks } from './seen-blocks.ts'

export interface ComputeComponents {
  readonly params: NetworkParams
  readonly programs: readonly ServedProgram[]
  readonly chain: FollowedChain
  /** Made for the gossip that `computeGossip` names. */
  readonly transport: PeerTransport
  /** Ed25519 secret key of this node's peer, 32 bytes. */
  readonly secretKey: Uint8Array
  /** Whose keys count, by the records that are in the chain now. */
  registered(): Promise<Registered>
  /** Requests that records on Bitcoin make; none are taken from there unless given. */
  readonly requests?: RequestSource | undefined
  /** Length of a slot of the order; 20 s unless given. */
  readonly slotMs?: number | undefined
  readonly clock?: Clock | undefined
}

interface Served {
  readonly program: ServedProgram
  readonly known: KnownResults
  readonly rounds: ProgramRounds
  gossip: Gossip<ResultMessage> | null
}

/** Results that are asked for at a time: a peer answers as many at once, and a connection has few streams. */
const ASKED_AT_ONCE = 4

/**
 * A node of the compute network: proves the programs that it serves when it is its turn, hears what others have proved, and
 * passes on what is right. It trusts none of them, and holds no lock: whoever is late stops as soon as a right result is known.
 */
export class ComputeService implements RunningService {
  readonly #components: ComputeComponents
  readonly #events = new Emitter<ComputeEvents>()
  readonly #running = new Running()
  readonly #served: ReadonlyMap<string, Served>
  readonly #heard: HeardResults
  readonly #announcing: Announcing
  readonly #requests: Requests
  readonly #onChain: ChainRequests | null
  readonly #clock: Clock
  readonly #asking = new AtMost(ASKED_AT_ONCE)
  readonly #seen = new SeenBlocks()
  readonly #forPeers = new ForPeers()
  readonly #provers: Provers
  /** Height of the block that it began with. */
  #begunAt: number | null = null

  constructor(components: ComputeComponents) {
    this.#components = components
    const { programs, transport, chain, params, secretKey, clock = processClock } = components
    this.#clock = clock
    this.#provers = new Provers(this.key, (program, height) => this.#announcing.announced.serving(program, height))
    this.#served = new Map(programs.map((program) => [program.id, this.#serve(program)]))
    this.#heard = new HeardResults({
      ...{ chain, transport },
      known: ({ id }) => this.#of(id).known,
      isWanted: (identity) => this.#onChain?.wants(identity) ?? false,
      taken: (program, message, from) => this.#taken(program, message, from),
      refused: ({ id }, refusal, peer) => this.#events.emit('refused', { ...refusal, program: id, peer }),
    })
    this.#requests = new Requests({
      ...{ transport, chain, clock, forPeers: this.#forPeers },
      program: (id) => this.#served.get(id) ?? null,
      proved: (program, message) => this.#proved(program, message, true),
      taken: ({ id, program }, peer) => this.#events.emit('requested', { request: id, program, peer }),
      refused: ({ id, program }, peer, refusal) => {
        this.#events.emit('unserved', { ...refusal, request: id, program, peer })
      },
      failed: ({ id }, { height, hash }, failure) => {
        this.#events.emit('failed', { program: id, height, blockHash: toDisplay(hash), failure })
      },
    })
    this.#onChain = components.requests === undefined ? null : this.#chainRequests(components.requests)
    this.#announcing = new Announcing({
      ...{ params, transport, secretKey },
      programs: programs.map(({ id }) => id),
      isRegistered: (peer) => this.#provers.counts(peer, chain.height + 1),
      serves: ({ peer, programs: its }) => {
        const ours = its.filter((id) => this.#served.has(id))
        if (ours.length > 0) this.#events.emit('serves', { key: peer, programs: ours })
      },
      failed: (error) => this.#events.emit('error', error),
    })
  }

  get events(): Events<ComputeEvents> {
    return this.#events
  }

  /** This node's key among peers, 64 hex digits. */
  get key(): string {
    return bytesToHex(ed25519.getPublicKey(this.#components.secretKey))
  }

  get standing(): readonly ProgramStanding[] {
    const { height } = this.#components.chain
    return [...this.#served.values()].map(({ program, known, rounds }) => ({
      ...{ program: program.id, name: program.name, everyBlocks: program.pace?.every ?? null },
      height: known.last?.result.height ?? null,
      ...rounds.standing,
      serving: this.#announcing.announced.serving(program.id, height),
    }))
  }

  /** How many peers that serve a program come before this node in the order that a block draws. */
  place(program: string, blockHash: BlockHash): number {
    return this.#provers.place(program, blockHash, this.#components.chain.height)
  }

  async start(signal?: AbortSignal): Promise<void> {
    await this.#running.openAndBegin(
      () => this.#open(),
      (leave, ending) => this.#run(leave, ending),
      signal,
    )
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  #of(id: string): Served {
    const served = this.#served.get(id)
    if (served === undefined) throw new RangeError(`program ${id} is not served`)
    return served
  }

  #serve(program: ServedProgram): Served {
    const { chain, slotMs = SLOT_MS } = this.#components
    const { id } = program
    const known = new KnownResults((identity) => this.#onChain?.wants(identity) ?? false)
    const rounds = new ProgramRounds({
      ...{ program, chain, known, own: this.key, slotMs, clock: this.#clock },
      candidates: (height) => this.#provers.candidates(id, height),
      ask: (block, signal) => this.#ask(program, block, signal),
      proved: (message) => this.#proved(program, message, false),
      elected: (round, rank, ms) => this.#events.emit('elected', { ...round, rank, ms }),
      proving: (round) => this.#events.emit('proving', round),
      stopped: (round) => this.#events.emit('stopped', round),
      nothing: (round) => this.#events.emit('nothing', round),
      failed: (round, failure) => this.#events.emit('failed', { ...round, failure }),
      paused: (failures, ms) => this.#events.emit('paused', { program: id, failures, ms }),
    })
    return { program, known, rounds, gossip: null }
  }

  #chainRequests(source: RequestSource): ChainRequests {
    const { chain, slotMs = SLOT_MS } = this.#components
    return new ChainRequests({
      ...{ source, chain, slotMs, clock: this.#clock, own: this.key, forPeers: this.#forPeers },
      programs: () => this.#served.values(),
      candidates: (program) => this.#provers.candidates(program, chain.height),
      ask: (program, block, signal) => this.#ask(program, block, signal),
      proved: (program, message) => this.#proved(program, message, true),
      taken: ({ id, program }) => this.#events.emit('requested', { request: id, program, peer: null }),
      refused: ({ id, program }, refusal) => {
        this.#events.emit('unserved', { ...refusal, request: id, program, peer: null })
      },
      answered: (answered) => this.#events.emit('answered', answered),
      withdrawn: ({ id, program }) => this.#events.emit('withdrawn', { request: id, program }),
      elected: (round, rank, ms) => this.#events.emit('elected', { ...round, rank, ms }),
      proving: (round) => this.#events.emit('proving', round),
      stopped: (round) => this.#events.emit('stopped', round),
      failed: ({ id }, { height, hash }, failure) => {
        this.#events.emit('failed', { program: id, height, blockHash: toDisplay(hash), failure })
      },
      error: (error) => this.#events.emit('error', error),
    })
  }

  async #open(): Promise<() => Promise<void>> {
    const { transport } = this.#components
    for (const served of this.#served.values()) {
      const { program } = served
      served.gossip = transport.join(resultGossip(program.id), (message, from) =>
        this.#heard.verdict(program, message, from),
      )
    }
    const unanswer = await answerHeld(transport, this.#forPeers, (program) => this.#served.get(program)?.known)
    await this.#requests.start()
    await this.#announcing.start()
    return async () => {
      for (const { gossip } of this.#served.values()) gossip?.leave()
      await unanswer()
      await this.#requests.end()
      await this.#announcing.end()
    }
  }

  async #run(leave: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const ending = AbortSignal.any([signal, over.signal])
    const rounds = [...this.#served.values()].map((served) => served.rounds.run(ending))
    if (this.#onChain !== null) rounds.push(this.#onChain.run(ending))
    for (const one of rounds) one.catch(() => undefined)
    try {
      await Promise.race([this.#follow(ending), ...rounds])
    } finally {
      over.abort()
      this.#heard.end()
      await Promise.allSettled(rounds)
      await leave()
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for await (const { height, hash } of this.#components.chain.follow(signal)) {
      const blockHash = toDisplay(hash)
      this.#seen.add(blockHash, this.#clock.now())
      this.#begunAt ??= height
      try {
        this.#provers.register(await this.#components.registered())
        await this.#announcing.moved(height)
      } catch (error) {
        if (signal.aborted) throw error
        // Whoever cannot say who is registered proves after all others.
        this.#events.emit('error', asError(error))
      }
      for (const { rounds, known } of this.#served.values()) {
        known.forget(height)
        await rounds.moved(height)
      }
      this.#heard.moved()
      this.#onChain?.moved()
      this.#events.emit('tip', { height, blockHash, registered: this.#provers.registeredAt(height) })
    }
  }

  async #ask(program: ServedProgram, block: OwnBlock, signal: AbortSignal): Promise<void> {
    const { transport } = this.#components
    const question = { program: program.id, height: block.height, blockHash: block.hash }
    const hear = (message: ResultMessage, from: PeerName) => this.#heard.hear(program, message, from)
    await this.#asking.run(() => askHeld(transport, question, hear, signal), signal)
  }

  #taken(program: ServedProgram, message: ResultMessage, from: PeerName): void {
    this.#of(program.id).rounds.seen(message.result)
    const identity = program.identityOf(message)
    this.#requests.seen(identity, message)
    this.#onChain?.seen(identity, message)
    this.#tell(program, message, from, false)
  }

  async #proved(program: ServedProgram, message: ResultMessage, isAsked: boolean): Promise<void> {
    this.#tell(program, message, null, isAsked)
    const unfit = this.#forPeers.rejection(message)
    if (unfit === null) return await this.#of(program.id).gossip?.publish(message)
    const { height } = message.result
    this.#events.emit('ungossiped', { ...unfit, program: program.id, identity: program.identityOf(message), height })
  }

  #tell(program: ServedProgram, message: ResultMessage, from: PeerName | null, isAsked: boolean): void {
    const ms = this.#seen.since(toDisplay(message.result.blockHash), this.#clock.now())
    // What peers are not given each of them proves, and one alone is to pay for its record.
    const isDue = from === null && !isAsked && this.#forPeers.has(message)
    const inTurn = isDue && message.result.height > (this.#begunAt ?? message.result.height)
    const identity = program.identityOf(message)
    this.#events.emit('result', { program: program.id, identity, message, from, inTurn, isAsked, ms })
  }
}
