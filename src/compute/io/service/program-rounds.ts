import { type BlockHash, sameHash, toDisplay } from '../../../bitcoin/index.ts'
import { asError, errorCode, isInterrupt, orAborted, type Rejection } from '../../../lib/index.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import { proverOrder } from '../../scheduling/prover-order.ts'
import { turnMs } from '../../scheduling/turns.ts'
import type { KnownResults } from '../../service/known-results.ts'
import { Pauses } from '../../service/pauses.ts'
import { dueAt, type OwnBlock, type ServedProgram } from '../../service/served-program.ts'
import type { Clock } from './clock.ts'
import type { FollowedChain } from './own-chain.ts'

/** A block at which a program is to be proved. */
export interface Round {
  readonly program: string
  readonly height: number
  readonly blockHash: string
}

export interface RoundsComponents {
  readonly program: ServedProgram
  readonly chain: Pick<FollowedChain, 'at'>
  readonly known: KnownResults
  /** This node's own peer key, 64 hex digits. */
  readonly own: string
  readonly slotMs: number
  readonly clock: Clock
  /** Keys of peers that prove this program at a block. */
  candidates(height: number): readonly string[]
  /** Asks peers whether anybody has the result already; it is known then. */
  ask(block: OwnBlock, signal: AbortSignal): Promise<void>
  /** A result of our own, which was judged as any other. */
  proved(message: ResultMessage): Promise<void>
  /**
   * How it goes: where in the order this node is, and when its turn comes; that it proves; that it stops, another was first; that
   * there is nothing to prove.
   */
  elected(round: Round, rank: number | null, ms: number): void
  proving(round: Round): void
  stopped(round: Round): void
  nothing(round: Round): void
  failed(round: Round, failure: Rejection | Error): void
  paused(failures: number, ms: number): void
}

interface Due {
  readonly block: OwnBlock
  /** When it was seen, by our own clock. */
  readonly seenAt: number
}

/** Proves one program at the blocks at which it is due, each when it is this node's turn and nobody has done so before. */
export class ProgramRounds {
  readonly #components: RoundsComponents
  readonly #pauses = new Pauses()
  /** The last block at which it is due. */
  #due: Due | null = null
  /** Whether that was tried, or passed over while the program is paused, and may be tried again: an outage passes, and another event may be far. */
  #isLeft = false
  #news = Promise.withResolvers<void>()
  /** The round that is under way, and what ends it. */
  #now: { readonly block: OwnBlock; readonly stop: AbortController; isProving: boolean } | null = null

  constructor(components: RoundsComponents) {
    this.#components = components
  }

  /** Failures in a row, and milliseconds that it is paused for. */
  get standing(): { readonly failures: number; readonly pausedMs: number } {
    return { failures: this.#pauses.failures, pausedMs: this.#pauses.left(this.#components.clock.now()) }
  }

  /** The chain has this tip. */
  async moved(tip: number): Promise<void> {
    const { program, chain, clock } = this.#components
    const height = await dueAt(program, tip)
    const block = height === null ? null : await chain.at(height)
    if (height !== null && block === null) return
    const now = this.#now
    if (now !== null) {
      const there = now.block.height === height ? block : await chain.at(now.block.height)
      // What is being proved is proved to the end, unless its block has left the chain; a turn that is waited for is given up.
      if (there === null || !sameHash(there.hash, now.block.hash)) now.stop.abort()
      else if (!now.isProving && height !== now.block.height) now.stop.abort()
    }
    if (block === null) {
      // What it was due for has left the chain, and may come back.
      this.#due = null
      return
    }
    if (this.#due !== null && sameHash(this.#due.block.hash, block.hash) && !this.#isLeft) return
    this.#isLeft = false
    this.#due = { block, seenAt: clock.now() }
    this.#news.resolve()
  }

  /** A result at this block is known. */
  seen({ height, blockHash }: { readonly height: number; readonly blockHash: BlockHash }): void {
    const { block, stop } = this.#now ?? {}
    if (block?.height === height && sameHash(block.hash, blockHash)) stop?.abort()
  }

  /** Ends by the signal alone. */
  async run(signal: AbortSignal): Promise<void> {
    let done: Due | null = null
    for (;;) {
      const due = this.#due
      if (due === null || due === done) {
        await orAborted(this.#news.promise, signal)
        this.#news = Promise.withResolvers()
        continue
      }
      done = due
      if (this.#components.known.at(due.block) !== null) continue
      if (this.#pauses.left(this.#components.clock.now()) === 0) await this.#round(due, signal)
      else this.#isLeft = this.#due === due
    }
  }

  async #round({ block, seenAt }: Due, signal: AbortSignal): Promise<void> {
    const { program, known, own, slotMs, clock, candidates, ask, elected, proving, stopped } = this.#components
    const round: Round = { program: program.id, height: block.height, blockHash: toDisplay(block.hash) }
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const now = { block, stop, isProving: false }
    this.#now = now
    try {
      const order = proverOrder({ blockHash: block.hash, program: program.id }, candidates(block.height))
      const rank = order.indexOf(own)
      const ms = turnMs(order, own, slotMs)
      elected(round, rank < 0 ? null : rank, ms)
      await clock.delay(Math.max(0, seenAt + ms - clock.now()), either)
      // Who is first begins at once, and hears of it while it proves: after a restart it may have been proved already.
      const asked = ask(block, either)
      asked.catch(() => undefined)
      if (rank !== 0) await asked
      if (known.at(block) !== null) return stopped(round)
      now.isProving = true
      proving(round)
      await this.#prove(block, round, either)
    } catch (error) {
      if (signal.aborted) throw error
      if (isInterrupt(error, either)) {
        if (now.isProving) stopped(round)
      } else if (errorCode(error) === 'E_MOVED') {
        this.#isLeft = this.#isNewest(block)
        stopped(round)
      } else {
        // What there is to read will not change.
        this.#isLeft = this.#isNewest(block) && errorCode(error) !== 'E_INPUT'
        this.#failed(round, asError(error))
      }
    } finally {
      this.#now = null
    }
  }

  #isNewest({ hash }: OwnBlock): boolean {
    return this.#due !== null && sameHash(this.#due.block.hash, hash)
  }

  async #prove(block: OwnBlock, round: Round, signal: AbortSignal): Promise<void> {
    const { program, chain, known, proved } = this.#components
    const message = await program.prove(block, signal)
    if (message === null) {
      this.#pauses.worked()
      return this.#components.nothing(round)
    }
    const there = await chain.at(block.height)
    // Headers of the other branch may have been read.
    if (there === null || !sameHash(there.hash, block.hash) || known.at(block) !== null) {
      return this.#components.stopped(round)
    }
    const judged = await program.judge(message, { block, at: (height) => chain.at(height) })
    if (!judged.ok) return this.#failed(round, judged)
    this.#pauses.worked()
    known.add(program.identityOf(message), message)
    await proved(message)
  }

  #failed(round: Round, failure: Rejection | Error): void {
    const { clock, failed, paused } = this.#components
    failed(round, failure)
    const ms = this.#pauses.failed(clock.now())
    if (ms > 0) paused(this.#pauses.failures, ms)
  }
}
