import { sha256 } from '@noble/hashes/sha2.js'
import { type BlockHash, sameHash } from '../../../bitcoin/index.ts'
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
import type { Asked, Asker } from '../../requests/asker.ts'
import type { ProgramResult } from '../../result/result-file.ts'
import type { RequestUnpaid } from './purses.ts'
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
  /** Height of the node's tip when it was known; that of the index of results, which may not be there yet, unless given. */
  readonly since?: number | undefined
  /** One who asks for it, by whose bounds and out of the budget for that it is inscribed; out of the own one unless given. */
  readonly asker?: Asker | undefined
}

type ProvedHead = Pick<ProvedResult, 'program' | 'identity' | 'own'>

export interface PublisherEvents {
  /** What became of it, once: whether it is inscribed, `outcome` says. */
  readonly settled: ProvedHead & { readonly height: number; readonly outcome: Inscribed | RequestUnpaid }
  /** Another's record counts, and nothing is spent. */
  readonly spared: ProvedHead & { readonly height: number; readonly id: string }
  /** It is tried again at the next block, or when `again` says so. */
  readonly failed: ProvedHead & { readonly height: number; readonly error: Error }
}

export interface PublisherComponents {
  /** Started, and by whoever made it. */
  readonly results: Pick<ResultsService, 'events' | 'caughtUp' | 'countedBy' | 'tip'>
  /** Of the chain that it follows; null above its tip. */
  hashAt(height: number): Promise<BlockHash | null>
  /** How many peers come before this node where whoever proved a result of a block does not inscribe it. */
  place(program: string, blockHash: BlockHash): number
  /** What pays here, by which those that nobody waits for are spread over some blocks. */
  readonly payer: Uint8Array
  /** Throws what may pass. */
  inscribe(result: ProgramResult, asked: Asked | null): Promise<Inscribed | RequestUnpaid>
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

interface Waiting extends ProvedHead {
  readonly result: ProgramResult
  /** All who ask, by their requests; null where the own budget pays. */
  readonly askers: ReadonlyMap<string, Asker> | null
  /** The authors of those have no room before this height. */
  from: number
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
  /** By purse and identity. */
  readonly #waiting = new Map<string, Waiting>()
  /** The same, of what is not looked at again: the budget had no room for it, or another proof was charged. */
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
  add({ asker, ...proved }: ProvedResult): void {
    const { program, identity } = proved
    const key = keyOf(identity, asker === undefined)
    const before = this.#waiting.get(key)
    if (this.#unpaid.has(key)) return
    if (before === undefined) this.#makeRoom()
    const isNews = asker !== undefined && before?.askers?.has(asker.request) !== true
    const askers = isNews ? new Map([...(before?.askers ?? []), [asker.request, asker]]) : (before?.askers ?? null)
    const own = proved.own || before?.own === true
    if (before !== undefined && !isNews && own === before.own) return
    // Of two proofs the first may be charged already.
    const { result, since, place } = before ?? {
      ...{ result: proved.result, place: null },
      since: proved.since ?? this.#height,
    }
    this.#waiting.set(key, { program, identity, result, own, askers, from: 0, since, place })
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
    for (const [key, waiting] of [...this.#waiting]) {
      if (signal.aborted) return
      waiting.since ??= height
      const { since, result, identity, own, from } = waiting
      const blocks = height - since
      const id = await results.countedBy(identity)
      if (id !== null) {
        this.#waiting.delete(key)
        this.#events.emit('spared', { ...headOf(waiting), height: result.height, id })
        continue
      }
      const [asker, ...more] = askersAt(waiting, height)
      const asked: Asked | null = asker === undefined ? null : { by: [asker, ...more], height }
      const isOver = waiting.askers === null ? blocks > FORGOTTEN_AFTER : asked === null
      if (isOver) this.#waiting.delete(key)
      else if (height >= from && (own || this.#isTurn(waiting, since, blocks, asked)))
        await this.#inscribe(key, waiting, asked)
    }
  }

  /** Of a block that has left the chain no record counts; until it is back nobody pays for one. */
  async #isThere({ height, blockHash }: ProgramResult): Promise<boolean> {
    const there = await this.#components.hashAt(height)
    return there !== null && sameHash(there, blockHash)
  }

  #isTurn(waiting: Waiting, since: number, blocks: number, asked: Asked | null): boolean {
    const { program, identity, result } = waiting
    const { place, payer } = this.#components
    const until = asked?.by.reduce((last, one) => Math.max(last, one.until), 0)
    if (blocks < scaled(OTHERS_AFTER, since, until)) return false
    waiting.place ??= place(program, result.blockHash)
    const turn = OTHERS_AFTER * (1 + Math.min(waiting.place, PLACES))
    return blocks >= scaled(waiting.place < PLACES ? turn : turn + spreadOf(payer, identity), since, until)
  }

  async #inscribe(key: string, waiting: Waiting, asked: Asked | null): Promise<void> {
    const { result } = waiting
    const told = { ...headOf(waiting), height: result.height }
    try {
      if (!(await this.#isThere(result))) return
      const outcome = await this.#components.inscribe(result, asked)
      const isUnpaid = outcome.state === 'request-unpaid'
      // What one request does not pay for another one may, which may have come meanwhile.
      if (isUnpaid && outcome.why === 'share') waiting.from = outcome.from
      // What is on its way is the inscriber's from now on.
      else if (!isUnpaid || this.#waiting.get(key) === waiting) this.#waiting.delete(key)
      const isOver = outcome.state === 'no-budget' || (isUnpaid && outcome.why === 'budget')
      if (isOver || outcome.state === 'charged-before') this.#keepOut(key)
      this.#events.emit('settled', { ...told, outcome })
    } catch (error) {
      this.#events.emit('failed', { ...told, error: asError(error) })
    }
  }

  /** For one more that waits; where others ask for more than there is place for, what the operator wants stays. */
  #makeRoom(): void {
    if (this.#waiting.size < MOST_WAITING) return
    const [oldest] = this.#waiting.keys()
    const asked = [...this.#waiting].find(([, { askers }]) => askers !== null)
    this.#waiting.delete(asked?.[0] ?? oldest ?? '')
  }

  #keepOut(key: string): void {
    const [oldest] = this.#unpaid
    if (this.#unpaid.size === MOST_WAITING && oldest !== undefined) this.#unpaid.delete(oldest)
    this.#unpaid.add(key)
  }
}

function headOf({ program, identity, own }: ProvedHead): ProvedHead {
  return { program, identity, own }
}

function askersAt({ askers }: Waiting, height: number): readonly Asker[] {
  return [...(askers?.values() ?? [])].filter(({ until }) => until >= height)
}

/** The two purses wait apart: what one has no room for the other may have. */
function keyOf(identity: string, isOwn: boolean): string {
  return `${isOwn ? 'own' : 'requests'} ${identity}`
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
