import { toDisplay } from '../../../src/bitcoin/index.ts'
import type { GossipVerdict, PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { bytesToHex, type Rejection, rejection } from '../../../src/lib/index.ts'
import type { ProofVerifier } from '../../../src/proving/index.ts'
import type { WinMessage } from '../../peers/win-kind.ts'
import { verifyWin, type WinGround, type WinReject, winStatement } from '../../sampling/judge-win.ts'
import { GOSSIP_BLOCKS } from '../../sampling/ticks.ts'
import { VerifyQueue } from '../../sampling/verify-queue.ts'
import type { SeenWin } from '../../sampling/win-log.ts'
import type { WinStore } from './win-store.ts'

/** Proofs that are being verified; each takes some 40 ms of a core. */
const VERIFIED_AT_ONCE = 2
/** Proofs that wait for it, 5 kB each. */
const WAITING = { total: 512, perPeer: 64 }
/** Wins of the block to come, which wait for it. */
const AHEAD = { total: 256, perPeer: 16 }

/** What becomes of a win that was heard of, and why it is not taken where that is of interest. */
export type HeardWin = Rejection<WinReject | 'late' | 'cut-off' | 'busy'> | 'counted' | 'known'

export interface HeardWinsComponents {
  readonly store: WinStore
  readonly transport: Pick<PeerTransport, 'blame' | 'isBanned'>
  readonly verifier: Pick<ProofVerifier, 'verify'>
  /** Our chain and table, as of one tip; null before the first. */
  ground(): (WinGround & { readonly height: number }) | null
  counted(win: SeenWin): void
  refused(refusal: Rejection, key: string, peer: PeerName): void
}

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
  readonly #ahead = new Map<PeerName, number>()
  /** Of each key one proof at a time: where it does not hold, the others are not looked at. */
  readonly #judging = new Map<string, Promise<unknown>>()
  #next = Promise.withResolvers<void>()

  constructor(components: HeardWinsComponents) {
    this.#components = components
    const { transport } = components
    this.#queue = new VerifyQueue({
      atOnce: VERIFIED_AT_ONCE,
      limits: WAITING,
      isBanned: (peer) => transport.isBanned(peer),
    })
  }

  /** There is a new tip, or no other is to come. */
  moved(): void {
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
    const now = this.#components.ground()
    // Tables and chains move at no two peers at once.
    if (now === null || claim.height === now.height + 1) {
      // Whoever has no key that is going to count is not waited for.
      if (now !== null && !now.table.providers.counts(key, claim.height)) {
        return rejection('key-does-not-count', `${key} does not count at ${claim.height}`)
      }
      await this.#wait(from)
    }
    const ground = this.#components.ground()
    if (ground === null) return rejection('unknown-challenge', 'the chain moves, and too many wins wait for it')
    const found = winStatement(ground, claim)
    if (!found.ok) return found
    if (ground.height >= claim.height + GOSSIP_BLOCKS) {
      return rejection('late', `block ${claim.height + GOSSIP_BLOCKS} is there`)
    }
    // That it came in time is settled; the rest may take as long as it needs.
    const judged = await this.#queue.run(from, () => this.#alone(key, () => this.#verify(message, key)))
    return judged ?? rejection('busy', 'too many wins wait')
  }

  #knownOf({ id }: WinMessage, key: string): HeardWin | null {
    const { store } = this.#components
    if (store.isCut(key)) return rejection('cut-off', 'its key signed a proof that does not hold')
    return store.log.win(id)?.heard === true ? 'known' : null
  }

  async #alone<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    while (this.#judging.has(key)) await this.#judging.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#judging.set(key, promise)
    try {
      return await work()
    } finally {
      this.#judging.delete(key)
      resolve()
    }
  }

  async #verify(message: WinMessage, key: string): Promise<HeardWin> {
    const { store, verifier, counted } = this.#components
    const { claim, signed, id } = message
    // Others of its may have been judged while this one waited, and the chain may have moved.
    const before = this.#knownOf(message, key)
    if (before !== null) return before
    const ground = this.#components.ground()
    if (ground === null) return rejection('unknown-challenge', 'the chain moves')
    const verified = await verifyWin(ground, verifier, signed)
    if (!verified.ok) {
      if (FORGED.has(verified.reject)) await store.cut(key, claim.height)
      return verified
    }
    const { partition, height } = claim
    const blockHash = toDisplay(claim.blockHash)
    const win = { id, key, partition, height, blockHash, heard: true, inscribed: null }
    await store.add(win)
    counted(win)
    return 'counted'
  }

  /** For the next tip, where not too many wait for it already. */
  async #wait(peer: PeerName): Promise<void> {
    const own = this.#ahead.get(peer) ?? 0
    const all = [...this.#ahead.values()].reduce((sum, count) => sum + count, 0)
    if (own >= AHEAD.perPeer || all >= AHEAD.total) return
    this.#ahead.set(peer, own + 1)
    await this.#next.promise
    const left = (this.#ahead.get(peer) ?? 1) - 1
    if (left === 0) this.#ahead.delete(peer)
    else this.#ahead.set(peer, left)
  }
}
