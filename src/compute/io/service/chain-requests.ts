import { toDisplay } from '../../../bitcoin/index.ts'
import { asError, isInterrupt, orAborted, type Rejection, rejection } from '../../../lib/index.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import type { InscribedRequest, PlacedRequest } from '../../requests/request-record.ts'
import { proverOrder } from '../../scheduling/prover-order.ts'
import { turnMs } from '../../scheduling/turns.ts'
import type { ForPeers } from '../../service/for-peers.ts'
import type { OwnBlock, PreparedRequest, ServedProgram } from '../../service/served-program.ts'
import type { Clock } from './clock.ts'
import { LaterTries } from './later-tries.ts'
import type { FollowedChain } from './own-chain.ts'
import { prepareRequested, type RequestSource } from './prepare-requested.ts'
import type { Round } from './program-rounds.ts'
import { type KnownProgram, proveRequested } from './prove-requested.ts'

/** Requests of one program that are worked at, of all authors and of one: the others wait until some of those are over. */
export const OPEN_ON_CHAIN = { perProgram: 16, perAuthor: 4 } as const
/** Requests that are looked at between two blocks: who floods with such as are refused pays for each, and is read slowly. */
export const LOOKED_AT = { perProgram: 64, perAuthor: 16 } as const

const MOST_PROVED = 1_000

/** What passes with a block: it is looked at again then. */
const PASSING: ReadonlySet<string> = new Set(['moving', 'attestation-ahead'])

/** A request whose result is known. */
export interface AnsweredRequest {
  readonly placed: PlacedRequest
  readonly request: InscribedRequest
  /** Of the result, 64 hex digits. */
  readonly identity: string
  readonly message: ResultMessage
  /** Whether it was proved here, and peers are given it: else others prove it too, and one alone is to pay for its record. */
  readonly own: boolean
}

export interface ChainRequestsComponents {
  readonly source: RequestSource
  readonly chain: Pick<FollowedChain, 'height' | 'at'>
  readonly clock: Clock
  readonly slotMs: number
  /** This node's own peer key, 64 hex digits. */
  readonly own: string
  readonly forPeers: ForPeers
  readonly programs: () => Iterable<KnownProgram>
  /** Keys of peers that prove a program now. */
  candidates(program: string): readonly string[]
  /** Asks peers whether anybody has a result of this block already; it is known then. */
  ask(program: ServedProgram, block: OwnBlock, signal: AbortSignal): Promise<void>
  proved(program: ServedProgram, message: ResultMessage): Promise<void>
  taken(placed: PlacedRequest): void
  refused(placed: PlacedRequest, refusal: Rejection): void
  answered(answered: AnsweredRequest): void
  /** It is over, taken back, or its block has left the chain, and no result was known before. */
  withdrawn(placed: PlacedRequest): void
  elected(round: Round, rank: number | null, ms: number): void
  proving(round: Round): void
  stopped(round: Round): void
  failed(program: ServedProgram, block: OwnBlock, failure: Rejection | Error): void
  error(error: Error): void
}

interface Entry {
  readonly placed: PlacedRequest
  readonly stop: AbortController
  isOpen: boolean
  /** Once it is known what is asked for. */
  asked: { readonly request: InscribedRequest; readonly identity: string } | null
}

/**
 * Proves what records on Bitcoin ask for, as streams are proved that are due: in the order that the block of the request draws, one after
 * another, and whoever is late stops. A request is worked at for as long as the chain holds it open.
 */
export class ChainRequests {
  readonly #components: ChainRequestsComponents
  /** By inscription and block: in another block it is another. */
  readonly #entries = new Map<string, Entry>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #later = new LaterTries()
  /** By program, until others may be open: no look of a refused one reads the index again. */
  readonly #open = new Map<string, ReadonlyMap<string, PlacedRequest>>()
  /** Identities of what was proved here, the last ones: others may ask for the same later. */
  readonly #provedHere = new Set<string>()
  /** Since the last tip. */
  #lookedAt: PlacedRequest[] = []
  #news = Promise.withResolvers<void>()

  constructor(components: ChainRequestsComponents) {
    this.#components = components
  }

  /** The chain has another tip. */
  moved(): void {
    this.#lookedAt = []
    this.#open.clear()
    this.#later.moved()
    this.#news.resolve()
  }

  /** Whether a request that the chain holds open asks for a result of this identity, whether one is known or not. */
  wants(identity: string): boolean {
    return [...this.#entries.values()].some(({ asked }) => asked?.identity === identity)
  }

  /** A right result of somebody else is known. */
  seen(identity: string, message: ResultMessage): void {
    // One result answers all that ask for it, such as a request and a copy of it by another author.
    for (const entry of this.#entries.values()) if (entry.asked?.identity === identity) this.#answer(entry, message)
  }

  /** Ends by the signal alone. */
  async run(signal: AbortSignal): Promise<void> {
    const { source, programs, error: tell } = this.#components
    const off = source.watch(() => {
      this.#open.clear()
      this.#news.resolve()
    })
    try {
      for (;;) {
        this.#news = Promise.withResolvers()
        try {
          for (const known of programs()) if (known.program.onRequest !== null) await this.#look(known, signal)
        } catch (error) {
          if (signal.aborted) throw error
          tell(asError(error))
        }
        await orAborted(this.#news.promise, signal)
      }
    } finally {
      off()
      for (const { stop } of this.#entries.values()) stop.abort()
      await Promise.all(this.#underWay)
    }
  }

  /** Lets go of what is not open any more, and begins with what is. */
  async #look(known: KnownProgram, signal: AbortSignal): Promise<void> {
    const { chain, withdrawn } = this.#components
    const { id } = known.program
    const open = await this.#openOf(id)
    const ours = () => [...this.#entries].filter(([, { placed }]) => placed.program === id)
    for (const [key, entry] of ours()) {
      if (open.has(key)) continue
      this.#entries.delete(key)
      if (entry.isOpen) withdrawn(entry.placed)
      entry.isOpen = false
      entry.stop.abort()
    }
    this.#later.keep(id, open)
    // A block that is not here takes nobody's place.
    const here = [...open]
      .filter(([, { height }]) => height <= chain.height)
      .sort(([a], [b]) => this.#later.of(a) - this.#later.of(b))
    for (const [key, placed] of here) {
      if (this.#entries.has(key) || !this.#later.isDue(key)) continue
      const waiting = ours().flatMap(([, entry]) => (entry.isOpen ? [entry.placed] : []))
      const looked = this.#lookedAt.filter(({ program }) => program === id)
      if (waiting.length >= OPEN_ON_CHAIN.perProgram || looked.length >= LOOKED_AT.perProgram) return
      const isOwn = ({ author }: PlacedRequest) => author === placed.author
      const isFull = looked.filter(isOwn).length >= LOOKED_AT.perAuthor
      if (!isFull && waiting.filter(isOwn).length < OPEN_ON_CHAIN.perAuthor) this.#begin(key, known, placed, signal)
    }
  }

  async #openOf(program: string): Promise<ReadonlyMap<string, PlacedRequest>> {
    const before = this.#open.get(program)
    if (before !== undefined) return before
    const news = this.#news
    const placed = await this.#components.source.open(program)
    const open = new Map(placed.map((one) => [`${one.id} ${one.blockHash}`, one]))
    // What changed meanwhile may not be in it.
    if (news === this.#news) this.#open.set(program, open)
    return open
  }

  #begin(key: string, known: KnownProgram, placed: PlacedRequest, signal: AbortSignal): void {
    const entry: Entry = { placed, stop: new AbortController(), isOpen: true, asked: null }
    this.#entries.set(key, entry)
    this.#lookedAt.push(placed)
    const either = AbortSignal.any([signal, entry.stop.signal])
    const work = this.#work(key, entry, known, either).finally(() => this.#underWay.delete(work))
    this.#underWay.add(work)
  }

  /** Ends by itself; never throws. */
  async #work(key: string, entry: Entry, known: KnownProgram, signal: AbortSignal): Promise<void> {
    const { taken, refused, error: tell } = this.#components
    const seenAt = this.#components.clock.now()
    try {
      const read = await prepareRequested(this.#components, entry.placed, known.program, signal)
      if (!read.ok) {
        if (!PASSING.has(read.reject) || !this.#postpone(key, entry)) refused(entry.placed, read)
        entry.isOpen = false
        return
      }
      entry.asked = { request: read.request, identity: read.prepared.identity }
      taken(entry.placed)
      await this.#prove(entry, known, read.prepared, seenAt, signal)
    } catch (error) {
      if (isInterrupt(error, signal)) return
      // What the bitcoind does not give now it may give with the next block.
      const { message } = asError(error)
      if (!this.#postpone(key, entry)) refused(entry.placed, rejection('unreadable', message))
      entry.isOpen = false
      tell(asError(error))
    } finally {
      // One that waits has room.
      if (!entry.isOpen) this.#news.resolve()
    }
  }

  /** It is looked at again at the next block, behind all others; false where that was done often enough. */
  #postpone(key: string, { placed: { program } }: Entry): boolean {
    if (!this.#later.add(key, program)) return false
    this.#entries.delete(key)
    return true
  }

  async #prove(
    entry: Entry,
    { program, known }: KnownProgram,
    prepared: PreparedRequest,
    seenAt: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { source, chain, clock, own, slotMs, candidates, ask, proved, failed } = this.#components
    const { elected, proving, stopped } = this.#components
    const { placed } = entry
    const { identity, block } = prepared
    const round: Round = { program: program.id, height: placed.height, blockHash: placed.blockHash }
    const isKnown = async (): Promise<boolean> => {
      const held = known.get(identity)
      if (held !== null) this.#answer(entry, held)
      else if (entry.isOpen && (await source.isAnswered(identity))) entry.isOpen = false
      return !entry.isOpen
    }
    if (await isKnown()) return
    const held = await chain.at(placed.height)
    if (held === null || toDisplay(held.hash) !== placed.blockHash) {
      this.#entries.delete(`${placed.id} ${placed.blockHash}`)
      return
    }
    const order = proverOrder({ blockHash: held.hash, program: program.id }, candidates(program.id))
    const rank = order.indexOf(own)
    const ms = turnMs(order, own, slotMs)
    elected(round, rank < 0 ? null : rank, ms)
    await clock.delay(Math.max(0, seenAt + ms - clock.now()), signal)
    // After a restart, or while this node was away, somebody may have proved it.
    await ask(program, block, signal)
    if (await isKnown()) return
    proving(round)
    try {
      const made = await proveRequested({ program, known }, prepared, chain, signal)
      if (made.ok) {
        // Who heard of it while proving has not proved it first.
        if (made.isNews) this.#keepProved(identity)
        this.seen(identity, made.message)
        if (made.isNews) await proved(program, made.message)
      } else {
        entry.isOpen = false
        failed(program, block, made)
      }
    } catch (error) {
      if (isInterrupt(error, signal)) return stopped(round)
      entry.isOpen = false
      failed(program, block, asError(error))
    }
  }

  #answer(entry: Entry, message: ResultMessage): void {
    const { placed, asked, isOpen } = entry
    if (!isOpen || asked === null) return
    entry.isOpen = false
    entry.stop.abort()
    const own = this.#provedHere.has(asked.identity) && this.#components.forPeers.has(message)
    this.#components.answered({ placed, ...asked, message, own })
  }

  #keepProved(identity: string): void {
    const [oldest] = this.#provedHere
    if (this.#provedHere.size === MOST_PROVED && oldest !== undefined) this.#provedHere.delete(oldest)
    this.#provedHere.add(identity)
  }
}
