import { sameHash, toDisplay } from '../../../src/bitcoin/index.ts'
import { type GossipVerdict, type PeerName, type PeerTransport, VerifyQueue } from '../../../src/bus/index.ts'
import { bytesToHex, OneAtATime, type Rejection, rejection } from '../../../src/lib/index.ts'
import type { ProofVerifier } from '../../../src/proving/index.ts'
import type { WinMessage } from '../../peers/win-kind.ts'
import { type WinClaim, type WinGround, type WinReject, winStatement } from '../../sampling/judge-win.ts'
import { GOSSIP_BLOCKS } from '../../sampling/ticks.ts'

import type { SeenWin } from '../../sampling/win-log.ts'
import { type WinStatement, winPublicValues } from '../../sampling/win-statement.ts'
import type { WinStore } from './win-store.ts'

/** Proofs that are being verified; each takes some 40 ms of a core. */
const VERIFIED_AT_ONCE = 2
/** Proofs that wait for it, 5 kB each. */
const WAITING = { total: 512, perPeer: 64 }
/** Wins of the block to come, which wait for it; so many of a key, for partitions that it keeps. */
const AHEAD = { total: 256, perPeer: 16, perKey: 16 }
/** After a block that did not come as its key said nothing of that key waits for so many blocks. */
const MISLED_BLOCKS = 6

type Ground = WinGround & { readonly height: number }

/** What becomes of a win that was heard of, and why it is not taken where that is of interest. */
export type HeardWin = Rejection<WinReject | 'late' | 'cut-off' | 'busy'> | 'counted' | 'known'

export interface HeardWinsComponents {
  readonly store: WinStore
  readonly transport: Pick<PeerTransport, 'blame' | 'isBanned'>
  readonly verifier: Pick<ProofVerifier, 'verify'>
  /** Our chain and table, as of one tip; null before the first. */
  ground(): Ground | null
  /** Counts it, once. Never throws. */
  count(win: SeenWin): Promise<void>
  refused(refusal: Rejection, key: string, peer: PeerName): void
}

const NOBODY = rejection('busy', 'nobody listens any more')

/** A peer that passes on what these say has not verified it, as every honest one does. */
const LIES: ReadonlySet<string> = new Set<WinReject>([
  'key-does-not-count',
  'empty-partition',
  'no-such-try',
  'bad-public-values',
  'proof-malformed',
  'proof-invalid',
])

/** Those for which the key itself answers: it signed a proof that does not hold. */
const FORGED: ReadonlySet<string> = new Set<WinReject>(['proof-malformed', 'proof-invalid'])

/** Judges wins that peers tell of, before they are passed on. */
export class HeardWins {
  readonly #components: HeardWinsComponents
  readonly #queue: VerifyQueue
  /** Who told of what waits, and whose it is. */
  readonly #ahead = new Map<string, { readonly peer: PeerName; readonly author: string }>()
  /** Height up to which nothing of a key waits. */
  readonly #misled = new Map<string, number>()
  /** Of each key one proof at a time: where it does not hold, the others are not looked at. */
  readonly #judging = new OneAtATime()
  #next = Promise.withResolvers<void>()
  #isOver = false

  constructor(components: HeardWinsComponents) {
    this.#components = components
    const { transport } = components
    this.#queue = new VerifyQueue({
      atOnce: VERIFIED_AT_ONCE,
      limits: WAITING,
      isBanned: (peer) => transport.isBanned(peer),
    })
  }

  /** No other tip is to come. */
  end(): void {
    this.#isOver = true
    this.moved()
  }

  /** There is a new tip. */
  moved(): void {
    const height = this.#components.ground()?.height
    for (const [key, until] of this.#misled) if (height !== undefined && until <= height) this.#misled.delete(key)
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  async verdict(message: WinMessage, from: PeerName): Promise<GossipVerdict> {
    const heard = await this.hear(message, from)
    if (heard === 'counted') return 'accept'
    if (heard === 'known') return 'ignore'
    this.#components.refused(heard, bytesToHex(message.claim.key), from)
    if (!LIES.has(heard.reject)) return 'ignore'
    this.#components.transport.blame(from, 'lie', `a win that does not hold: ${heard.reject}: ${heard.detail}`)
    return 'reject'
  }

  async hear(message: WinMessage, from: PeerName): Promise<HeardWin> {
    const { claim } = message
    const key = bytesToHex(claim.key)
    const before = this.#knownOf(message, key)
    if (before !== null) return before
    const ground = await this.#groundOf(claim, from)
    if ('reject' in ground) return ground
    const found = winStatement(ground, claim)
    if (!found.ok) return found
    if (ground.height >= claim.height + GOSSIP_BLOCKS) {
      return rejection('late', `block ${claim.height + GOSSIP_BLOCKS} is there`)
    }
    // That it came in time, and what it has to prove, is settled; the rest may take as long as it needs.
    const judged = await this.#queue.run(from, () =>
      this.#judging.run(key, () => this.#verify(message, key, found.statement)),
    )
    return judged ?? rejection('busy', 'too many wins wait')
  }

  /** Once chain and table are as of one tip, and not below the claim's block, for tables and chains move at no two peers at once. */
  async #groundOf(claim: WinClaim, from: PeerName): Promise<Ground | Rejection<WinReject | 'busy'>> {
    for (;;) {
      const ground = this.#components.ground()
      if (ground !== null && claim.height !== ground.height + 1) return ground
      // Who has nothing that is going to count is not waited for.
      if (ground !== null) {
        const ahead = winStatement({ ...ground, hashAt: () => claim.blockHash }, claim)
        // By a table that may be another than the one that this block will have: that is no lie.
        if (!ahead.ok) return rejection('unknown-challenge', `of a block that is not here: ${ahead.detail}`)
      }
      if (!(await this.#wait(claim, from))) return rejection('busy', 'too many wins wait for the chain')
    }
  }

  #knownOf({ id }: WinMessage, key: string): HeardWin | null {
    const { store } = this.#components
    if (store.isCut(key)) return rejection('cut-off', 'its key signed a proof that does not hold')
    return store.log.win(id)?.heard === true ? 'known' : null
  }

  async #verify(message: WinMessage, key: string, statement: WinStatement): Promise<HeardWin> {
    const { store, verifier, count } = this.#components
    const { claim, id } = message
    // Others of its may have been judged while this one waited.
    const before = this.#knownOf(message, key)
    if (before !== null) return before
    const verified = await verifier.verify(claim.proof, winPublicValues(statement))
    if (!verified.ok) {
      if (FORGED.has(verified.reject)) await store.cut(key, claim.height)
      return verified
    }
    if (this.#isOver) return NOBODY
    const { partition, height } = claim
    // Meanwhile its block may have left the chain; while that moves, the log gives up what leaves it.
    const now = this.#components.ground()
    const hash = now?.hashAt(height) ?? null
    if (now !== null && (hash === null || !sameHash(hash, claim.blockHash))) {
      return rejection('other-chain', `another block is at height ${height} by now`)
    }
    const blockHash = toDisplay(claim.blockHash)
    await count({ id, key, partition, height, blockHash, heard: true, inscribed: null })
    return 'counted'
  }

  /** For the next tip; false where too many wait for it already: one win of a key, partition and height may. */
  async #wait({ key, partition, height, blockHash }: WinClaim, peer: PeerName): Promise<boolean> {
    const author = bytesToHex(key)
    const place = `${author} ${partition} ${height}`
    const [own, its] = [this.#waiting((one) => one.peer === peer), this.#waiting((one) => one.author === author)]
    const isFull = own >= AHEAD.perPeer || its >= AHEAD.perKey || this.#ahead.size >= AHEAD.total
    const isMisled = (this.#misled.get(author) ?? 0) > height
    if (this.#isOver || this.#ahead.has(place) || isFull || isMisled) return false
    this.#ahead.set(place, { peer, author })
    try {
      await this.#next.promise
    } finally {
      this.#ahead.delete(place)
    }
    const there = this.#components.ground()?.hashAt(height) ?? null
    if (there !== null && !sameHash(there, blockHash)) this.#misled.set(author, height + MISLED_BLOCKS)
    return !this.#isOver
  }

  #waiting(is: (one: { readonly peer: PeerName; readonly author: string }) => boolean): number {
    return [...this.#ahead.values()].filter(is).length
  }
}
