import type { Fault, PeerName } from '../bus/index.ts'

/** What each fault costs. A peer that gives what does not verify is done with: an honest one verifies before it gives. */
const COST: Readonly<Record<Fault, number>> = { lie: 100, malformed: 25, oversized: 50, flood: 5, slow: 10 }

export interface ScoreLimits {
  /** Faults worth so much are no longer borne. */
  readonly banAt: number
  /** How long a peer is not spoken with then, milliseconds. */
  readonly banMs: number
  /** In so many milliseconds half of a peer's faults are forgotten. */
  readonly halfLifeMs: number
  /** Peers remembered; beyond, the one that was blamed longest ago is forgotten. */
  readonly peers: number
}

const SCORE_LIMITS: ScoreLimits = { banAt: 100, banMs: 3_600_000, halfLifeMs: 600_000, peers: 10_000 }

interface Entry {
  readonly faults: number
  /** When `faults` was so much, milliseconds. */
  readonly at: number
  readonly bannedUntil: number
}

/** What peers did wrong, forgotten by and by. */
export class Scoreboard {
  readonly #limits: ScoreLimits
  readonly #clock: () => number
  readonly #entries = new Map<PeerName, Entry>()

  /** `clock`: milliseconds, of a clock that never goes back. */
  constructor(clock: () => number, limits: ScoreLimits = SCORE_LIMITS) {
    this.#limits = limits
    this.#clock = clock
  }

  /** True where that was one fault too many: the peer is banned from now on. */
  blame(peer: PeerName, fault: Fault): boolean {
    const now = this.#clock()
    const { banAt, banMs, peers } = this.#limits
    const before = this.#entries.get(peer)
    if (before !== undefined && before.bannedUntil > now) return false
    const faults = this.#faults(before, now) + COST[fault]
    const banned = faults >= banAt
    // Set anew, it counts as the one blamed last. After a ban a peer begins halfway to the next.
    this.#entries.delete(peer)
    this.#entries.set(
      peer,
      banned ? { faults: banAt / 2, at: now + banMs, bannedUntil: now + banMs } : { faults, at: now, bannedUntil: 0 },
    )
    if (this.#entries.size > peers) this.#entries.delete(this.#entries.keys().next().value as PeerName)
    return banned
  }

  isBanned(peer: PeerName): boolean {
    return (this.#entries.get(peer)?.bannedUntil ?? 0) > this.#clock()
  }

  /** 0 for a peer that did nothing wrong, negative for others. */
  score(peer: PeerName): number {
    const entry = this.#entries.get(peer)
    if (entry === undefined) return 0
    const now = this.#clock()
    return entry.bannedUntil > now ? -this.#limits.banAt : -this.#faults(entry, now)
  }

  #faults(entry: Entry | undefined, now: number): number {
    if (entry === undefined) return 0
    return entry.faults * 0.5 ** (Math.max(0, now - entry.at) / this.#limits.halfLifeMs)
  }
}
