import { sha256 } from '@noble/hashes/sha2.js'
import type { BlockHash } from '../../../bitcoin/index.ts'
import {
  asError,
  concatBytes,
  Emitter,
  type Events,
  hexToBytes,
  orAborted,
  Running,
  type RunningService,
} from '../../../lib/index.ts'
import type { ProgramResult } from '../../result/result-file.ts'
import type { Inscribed } from './result-inscriber.ts'
import type { ResultsService } from './results-service.ts'

/** A right result that somebody has proved. */
export interface ProvedResult {
  /** 64 hex digits each. */
  readonly program: string
  readonly identity: string
  readonly result: ProgramResult
  /** Whether it was proved here, in this node's turn. */
  readonly own: boolean
  /** The most that its record may cost, satoshis, and the last block at which one is of use, where whoever asked for it says so. */
  readonly most?: bigint | undefined
  readonly until?: number | undefined
}

type ProvedHead = Pick<ProvedResult, 'program' | 'identity' | 'own'>

export interface PublisherEvents {
  /** What became of it, once: whether it is inscribed, `outcome` says. */
  readonly settled: ProvedHead & { readonly height: number; readonly outcome: Inscribed }
  /** Another's record counts, and nothing is spent. */
  readonly spared: ProvedHead & { readonly height: number; readonly id: string }
  /** It is tried again at the next block, or when `again` says so. */
  readonly failed: ProvedHead & { readonly height: number; readonly error: Error }
}

export interface PublisherComponents {
  /** Started, and by whoever made it. */
  readonly results: Pick<ResultsService, 'events' | 'caughtUp' | 'countedBy' | 'tip'>
  /** How many peers come before this node where whoever proved a result of a block does not inscribe it. */
  place(program: string, blockHash: BlockHash): number
  /** What pays here, by which those that nobody waits for are spread over some blocks. */
  readonly payer: Uint8Array
  /** Throws what may pass. */
  inscribe(result: ProgramResult, most?: bigint): Promise<Inscribed>
}

/** Blocks for which whoever proved a result has the first turn to inscribe it, and each of the others after that one by one. */
export const OTHERS_AFTER = 3
/** Others that wait for each other. After them all have their turn, in any order: who never inscribes holds nothing up for long. */
export const PLACES = 4
/** Blocks over which those are spread, and after which the last of them has had its turn. */
const SPREAD = 8
export const LAST_TURN = OTHERS_AFTER * (1 + PLACES) + SPREAD - 1
/** Blocks after which nobody is waited for any more. */
const FORGOTTEN_AFTER = 144
/** Results that wait, and those that are kept out. */
const MOST_WAITING = 1_000

interface Waiting extends ProvedResult {
  /** Height of the tip when it was known; null before there was a tip. */
  since: number | null
  /** This node's place among the others, as of when their turns begin: later a peer that has left would no longer be counted by all. */
  place: number | null
}

/**
 * Writes right results to Bitcoin, once: whoever proved one inscribes it at once, others one after the other where no record of it
 * counts some blocks later. Two that do not see each other's records may both pay; one record counts.
 */
export class ResultPublisher implements RunningService {
  readonly #components: PublisherComponents
  readonly #running = new Running()
  readonly #events = new Emitter<PublisherEvents>()
  readonly #waiting = new Map<string, Waiting>()
  /** Identities that are not looked at again: the budget had no room for them, or another proof was charged. */
  readonly #unpaid = new Set<string>()
  #height: number | null = null
  #news = Promise.withResolvers<void>()

  constructor(components: PublisherComponents) {
    this.#components = components
  }

  get events(): Events<PublisherEvents> {
    return this.#events
  }

  /** That a result is right was verified before. */
  add(proved: ProvedResult): void {
    const before = this.#waiting.get(proved.identity)
    if (this.#unpaid.has(proved.identity)) return
    if (before === undefined) {
      const [oldest] = this.#waiting.keys()
      if (this.#waiting.size === MOST_WAITING && oldest !== undefined) this.#waiting.delete(oldest)
      this.#waiting.set(proved.identity, { ...proved, since: this.#height, place: null })
    } else {
      const own = proved.own || before.own
      const [most, until] = [greater(proved.most, before.most), greater(proved.until, before.until)]
      if (own === before.own && most === before.most && until === before.until) return
      this.#waiting.set(proved.identity, { ...before, own, most, until })
    }
    this.#news.resolve()
  }

  /** Looks again now at what waits: what kept it may have passed. */
  again(): void {
    this.#news.resolve()
  }

  async start(signal?: AbortSignal): Promise<void> {
    const { results } = this.#components
    const off = results.events.on('tip', ({ height }) => {
      this.#height = height
      this.#news.resolve()
    })
    this.#running.begin(async (ending) => {
      try {
        await orAborted(results.caughtUp(), ending)
        // Its tip may have been told before anybody listened here.
        const { height } = await results.tip()
        this.#height ??= height
        for (;;) {
          this.#news = Promise.withResolvers()
          await this.#look(this.#height, ending)
          await orAborted(this.#news.promise, ending)
        }
      } finally {
        off()
      }
    }, signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #look(height: number, signal: AbortSignal): Promise<void> {
    const { results } = this.#components
    for (const waiting of [...this.#waiting.values()]) {
      if (signal.aborted) return
      waiting.since ??= height
      const { since, result, most, until, program, identity, own } = waiting
      const about = { program, identity, own }
      const blocks = height - since
      const id = await results.countedBy(about.identity)
      if (id !== null) {
        this.#waiting.delete(about.identity)
        this.#events.emit('spared', { ...about, height: result.height, id })
      } else if (blocks > FORGOTTEN_AFTER || height > (until ?? height)) this.#waiting.delete(about.identity)
      else if (about.own || this.#isTurn(waiting, since, blocks)) await this.#inscribe(result, about, most)
    }
  }

  #isTurn(waiting: Waiting, since: number, blocks: number): boolean {
    const { until, program, identity, result } = waiting
    const { place, payer } = this.#components
    if (blocks < scaled(OTHERS_AFTER, since, until)) return false
    waiting.place ??= place(program, result.blockHash)
    const turn = OTHERS_AFTER * (1 + Math.min(waiting.place, PLACES))
    return blocks >= scaled(waiting.place < PLACES ? turn : turn + spreadOf(payer, identity), since, until)
  }

  async #inscribe(result: ProgramResult, about: ProvedHead, most?: bigint): Promise<void> {
    const { height } = result
    try {
      const outcome = await this.#components.inscribe(result, most)
      // What is on its way is the inscriber's from now on.
      this.#waiting.delete(about.identity)
      // What one request allows too little for another one may allow more for.
      const isOver = outcome.state === 'no-budget' && (most === undefined || outcome.cost > outcome.left)
      if (isOver || outcome.state === 'charged-before') this.#keepOut(about.identity)
      this.#events.emit('settled', { ...about, height, outcome })
    } catch (error) {
      this.#events.emit('failed', { ...about, height, error: asError(error) })
    }
  }

  #keepOut(identity: string): void {
    const [oldest] = this.#unpaid
    if (this.#unpaid.size === MOST_WAITING && oldest !== undefined) this.#unpaid.delete(oldest)
    this.#unpaid.add(identity)
  }
}

/** Of two bounds of which none is no bound. */
function greater<Bound extends bigint | number>(a: Bound | undefined, b: Bound | undefined): Bound | undefined {
  if (a === undefined || b === undefined) return undefined
  return a > b ? a : b
}

/** Blocks that one waits: less where the last turn would be after half of what is left until a deadline, each in its place still. */
function scaled(blocks: number, since: number, until: number | undefined): number {
  const half = Math.floor(((until ?? Number.POSITIVE_INFINITY) - since) / 2)
  return half >= LAST_TURN ? blocks : Math.max(1, Math.ceil((blocks * half) / LAST_TURN))
}

/** From 0 to SPREAD - 1, another of each result, so that none who pays is always the first. */
function spreadOf(payer: Uint8Array, identity: string): number {
  return (sha256(concatBytes(payer, hexToBytes(identity)))[0] ?? 0) % SPREAD
}
