import type { NetworkParams } from '../../../bitcoin/index.ts'
import type { Gossip, GossipVerdict, PeerName, PeerTransport } from '../../../bus/index.ts'
import { asError, isInterrupt, orAborted, type Rejection, rejection, retry } from '../../../lib/index.ts'
import { announcementGossip, MOST_TOLD, servingKind } from '../../peers/announcement-kind.ts'
import { Announced } from '../../scheduling/announced.ts'
import { type Announcement, announce, announcementHolds } from '../../scheduling/announcement.ts'

export interface AnnouncingComponents {
  readonly params: NetworkParams
  readonly transport: PeerTransport
  /** Of this node's peer, 32 bytes. */
  readonly secretKey: Uint8Array
  /** Ids of the programs that it serves. */
  readonly programs: readonly string[]
  /** Whether a peer's key is registered, or about to count. */
  isRegistered(peer: string): boolean
  /** Of a peer that was not known to serve anything, or now serves something else. */
  serves(announcement: Announcement): void
  failed(error: Error): void
}

/** How far ahead of our own chain a peer may be. */
const AHEAD = 2

/** Between questions to a peer that gives no answer; seldom enough that one that is only slow is not banned for it. */
const PAUSES = { firstMs: 250, mostMs: 120_000 }

/** A peer that has not answered, and may do so later. */
class Unanswered extends Error {}

/** Tells peers which programs this node serves, and hears what others do. */
export class Announcing {
  readonly announced = new Announced()
  readonly #components: AnnouncingComponents
  readonly #ending = new AbortController()
  readonly #ended: (() => Promise<void> | void)[] = []
  #gossip: Gossip<Announcement> | null = null
  /** Resolves once this node has announced itself: nobody is known to be registered before. */
  readonly #first = Promise.withResolvers<void>()
  readonly #asking = new Set<PeerName>()
  /** Of the tip at which it has announced itself last. */
  #height: number | null = null

  constructor(components: AnnouncingComponents) {
    this.#components = components
  }

  /** Before peers come. */
  async start(): Promise<void> {
    const { transport } = this.#components
    const gossip = transport.join(announcementGossip, async (one, from) => this.#verdict(one, from))
    this.#gossip = gossip
    this.#ended.push(() => gossip.leave())
    this.#ended.push(
      await transport.answer(servingKind, async () => {
        if (this.#height === null) return rejection('catching-up', 'it does not know yet who is registered')
        return { ok: true, frames: this.announced.at(this.#height).slice(0, MOST_TOLD) }
      }),
    )
    this.#ended.push(transport.meet(servingKind, (peer) => void this.#ask(peer)))
    for (const peer of transport.peers(servingKind)) void this.#ask(peer)
  }

  async end(): Promise<void> {
    this.#ending.abort()
    for (const end of this.#ended.splice(0)) await end()
  }

  /** At a new tip this node says again what it serves. */
  async moved(height: number): Promise<void> {
    const { params, secretKey, programs } = this.#components
    this.#height = height
    this.announced.forget(height)
    const own = announce(params, secretKey, { height, programs })
    this.announced.take(own)
    this.#first.resolve()
    await this.#gossip?.publish(own)
  }

  #verdict(announcement: Announcement, from: PeerName): GossipVerdict {
    const refused = this.#take(announcement)
    if (refused === null) return 'accept'
    if (refused.reject !== 'bad-signature') return 'ignore'
    this.#components.transport.blame(from, 'lie', refused.detail)
    return 'reject'
  }

  /** Null where it is news, and taken. */
  #take(announcement: Announcement): Rejection | null {
    const { params, isRegistered, serves } = this.#components
    const { peer, height } = announcement
    if (!this.announced.isNews(announcement)) return rejection('known', 'it is known')
    if (this.#height === null || height > this.#height + AHEAD) return rejection('ahead', `block ${height} is not here`)
    // What is remembered of peers is bounded by those who paid for a record.
    if (!isRegistered(peer)) return rejection('not-registered', `${peer} is not registered`)
    if (!announcementHolds(params, announcement))
      return rejection('bad-signature', 'an announcement that is not signed')
    const before = this.announced.of(peer)?.programs.join()
    this.announced.take(announcement)
    if (before !== announcement.programs.join()) serves(announcement)
    return null
  }

  /**
   * Who was not there when it was said hears it from who was. A peer that cannot be reached, or does not know anything yet, is asked
   * again as long as it is there: gossip says it at the next block alone, and to those who listen by then.
   */
  async #ask(peer: PeerName): Promise<void> {
    const { transport, failed } = this.#components
    const { signal } = this.#ending
    if (this.#asking.has(peer)) return
    this.#asking.add(peer)
    const isThere = () => transport.peers(servingKind).includes(peer)
    try {
      await orAborted(this.#first.promise, signal)
      const isTransient = (error: unknown) => error instanceof Unanswered && isThere()
      for (const one of await retry(() => this.#told(peer), { ...PAUSES, isTransient, signal })) {
        if (this.#take(one)?.reject === 'bad-signature')
          transport.blame(peer, 'lie', 'an announcement that is not signed')
      }
    } catch (error) {
      if (!isInterrupt(error, signal) && !(error instanceof Unanswered)) failed(asError(error))
    } finally {
      this.#asking.delete(peer)
    }
  }

  /** What a peer knows; nothing of one whose answer is none. Throws `Unanswered`. */
  async #told(peer: PeerName): Promise<readonly Announcement[]> {
    const asked = await this.#components.transport.ask(peer, servingKind, null, { signal: this.#ending.signal })
    if (asked.ok) return asked.frames
    if (asked.reject === 'malformed' || asked.reject === 'oversized') return []
    throw new Unanswered(asked.detail)
  }
}
