import { sameHash } from '../../../bitcoin/index.ts'
import { type GossipVerdict, type PeerName, type PeerTransport, VerifyQueue } from '../../../bus/index.ts'
import { OneAtATime, type Rejection, type Result, rejection } from '../../../lib/index.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import { isDue } from '../../scheduling/pace.ts'
import { KNOWN_BLOCKS, type KnownResults } from '../../service/known-results.ts'
import { dueAt, type OwnBlock, type ServedProgram } from '../../service/served-program.ts'
import type { FollowedChain } from './own-chain.ts'

/** Proofs that are verified at a time, of all programs. */
const VERIFIED_AT_ONCE = 2
/** Results that wait for that: a peer that serves many programs may bring one of each at once. */
const WAITING = { total: 512, perPeer: 128 }
/**
 * Results of blocks to come that wait for them, 50 MB at most, and how far ahead a block may be. Peers none of whose early results has
 * held before have half of the places: whatever they make up, they keep out no others.
 */
const AHEAD = { total: 256, perPeer: 128, unproven: { total: 128, perPeer: 16 }, blocks: 2 }
/** Peers that are remembered for an early result that held. */
const MAX_PROVEN = 1_024

/** What becomes of a result that was heard of: why it is not taken, where that is of interest. */
export type HeardResult = Rejection | 'taken' | 'known'

export interface HeardResultsComponents {
  readonly chain: Pick<FollowedChain, 'height' | 'at'>
  readonly transport: Pick<PeerTransport, 'blame' | 'isBanned'>
  /** Of a program's right results. */
  known(program: ServedProgram): KnownResults
  /** Whether a result of this identity is waited for, however old its block is. */
  isWanted(identity: string): boolean
  /** A result that is right and was not known. */
  taken(program: ServedProgram, message: ResultMessage, from: PeerName): void
  refused(program: ServedProgram, refusal: Rejection, from: PeerName): void
}

/** What is our own affair, and no lie of whoever gave it: our chain and its may differ, or we have too much to do. */
const NO_LIES: ReadonlySet<string> = new Set(['busy', 'old', 'ahead', 'other-chain', 'moving', 'attestation-ahead'])

/** Judges results that peers tell of, before they are passed on. */
export class HeardResults {
  readonly #components: HeardResultsComponents
  readonly #queue: VerifyQueue
  /** Of each identity one proof at a time: where it holds, the others are no news. */
  readonly #judging = new OneAtATime()
  /** Who waits for blocks to come. */
  readonly #ahead: PeerName[] = []
  /** Peers an early result of which was right, the latest last. */
  readonly #proven = new Set<PeerName>()
  #next = Promise.withResolvers<void>()
  #isOver = false

  constructor(components: HeardResultsComponents) {
    this.#components = components
    const isBanned = (peer: PeerName) => components.transport.isBanned(peer)
    this.#queue = new VerifyQueue({ atOnce: VERIFIED_AT_ONCE, limits: WAITING, isBanned })
  }

  /** There is a new tip. */
  moved(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  /** No other tip is to come. */
  end(): void {
    this.#isOver = true
    this.moved()
  }

  async verdict(program: ServedProgram, message: ResultMessage, from: PeerName): Promise<GossipVerdict> {
    const heard = await this.hear(program, message, from)
    if (heard === 'taken') return 'accept'
    return typeof heard === 'string' || NO_LIES.has(heard.reject) ? 'ignore' : 'reject'
  }

  /** Judges it; whoever gives what is wrong is blamed here. */
  async hear(program: ServedProgram, message: ResultMessage, from: PeerName): Promise<HeardResult> {
    const heard = await this.#hear(program, message, from)
    if (typeof heard === 'string') return heard
    const { refused, transport } = this.#components
    refused(program, heard, from)
    if (!NO_LIES.has(heard.reject)) {
      transport.blame(from, 'lie', `a result that does not hold: ${heard.reject}: ${heard.detail}`)
    }
    return heard
  }

  async #hear(program: ServedProgram, message: ResultMessage, from: PeerName): Promise<HeardResult> {
    const { chain, known, isWanted } = this.#components
    const { height } = message.result
    const { pace } = program
    if (pace !== null && !isDue(pace, height)) return rejection('not-due', `nothing is due at ${height}`)
    const identity = program.identityOf(message)
    if (known(program).has(identity)) return 'known'
    const isOld = height < chain.height - KNOWN_BLOCKS && !isWanted(identity)
    if (isOld && height !== (await dueAt(program, chain.height)))
      return rejection('old', `${chain.height - height} blocks old`)
    const isEarly = height > chain.height
    const there = await this.#blockOf(message, from)
    if (!there.ok) return there
    const judged = await this.#queue.run(from, () =>
      this.#judging.run(identity, () => this.#judge(program, message, identity, there.block, from)),
    )
    if (judged === 'taken' && isEarly) this.#proves(from)
    return judged ?? rejection('busy', 'too many results wait')
  }

  /** The block that it is about, once the chain is there. */
  async #blockOf({ result }: ResultMessage, from: PeerName): Promise<Result<{ readonly block: OwnBlock }>> {
    const { chain } = this.#components
    const { height, blockHash } = result
    while (height > chain.height) {
      if (height > chain.height + AHEAD.blocks) return rejection('ahead', `block ${height} is not here`)
      if (!(await this.#wait(from))) return rejection('busy', 'too many results wait for the chain')
    }
    const block = await chain.at(height)
    if (block === null) return rejection('moving', 'the chain is changing')
    if (!sameHash(block.hash, blockHash)) return rejection('other-chain', `another block is at height ${height}`)
    return { ok: true, block }
  }

  async #judge(
    program: ServedProgram,
    message: ResultMessage,
    identity: string,
    block: OwnBlock,
    from: PeerName,
  ): Promise<HeardResult> {
    const { chain, known, taken } = this.#components
    // Another may have been judged while this one waited.
    if (known(program).has(identity)) return 'known'
    const judged = await program.judge(message, { block, at: (height) => chain.at(height) })
    if (!judged.ok) return judged
    if (this.#isOver) return rejection('busy', 'nobody listens any more')
    const now = await chain.at(block.height)
    if (now === null || !sameHash(now.hash, block.hash)) return rejection('other-chain', 'its block left the chain')
    known(program).add(identity, message)
    taken(program, message, from)
    return 'taken'
  }

  /** For the next tip; false where too many wait already. */
  async #wait(from: PeerName): Promise<boolean> {
    if (this.#isOver || !this.#hasPlace(from)) return false
    this.#ahead.push(from)
    try {
      await this.#next.promise
    } finally {
      this.#ahead.splice(this.#ahead.indexOf(from), 1)
    }
    return !this.#isOver
  }

  #hasPlace(peer: PeerName): boolean {
    const own = this.#ahead.filter((one) => one === peer).length
    if (own >= AHEAD.perPeer || this.#ahead.length >= AHEAD.total) return false
    if (this.#proven.has(peer)) return true
    const { total, perPeer } = AHEAD.unproven
    return own < perPeer && this.#ahead.filter((one) => !this.#proven.has(one)).length < total
  }

  #proves(peer: PeerName): void {
    this.#proven.delete(peer)
    this.#proven.add(peer)
    const [oldest] = this.#proven
    if (this.#proven.size > MAX_PROVEN && oldest !== undefined) this.#proven.delete(oldest)
  }
}
