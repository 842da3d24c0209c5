/** How many entries there may be: of all owners together, and of one. */
export interface QuotaLimits {
  readonly total: number
  readonly perOwner: number
}

/**
 * Who has which entries of a store that has room for so many. Where there is no room, whoever has the most loses his
 * oldest; among equals he who has had so many for longest. So a flood pushes out its own, and who has few keeps them.
 */
export class FairQuota {
  readonly #limits: QuotaLimits
  /** Of each owner, the oldest first. */
  readonly #of = new Map<string, Set<string>>()
  /** Owners by how many they have, who came to it first first. */
  readonly #bySize = new Map<number, Set<string>>()
  #total = 0

  constructor(limits: QuotaLimits) {
    this.#limits = limits
  }

  /** Takes note of an entry, as the owner's newest; gives the one that has to go for it, which is no longer counted. */
  add(owner: string, entry: string): string | null {
    this.remove(owner, entry)
    const entries = this.#of.get(owner) ?? new Set<string>()
    this.#of.set(owner, entries)
    this.#moved(owner, entries.size, entries.size + 1)
    entries.add(entry)
    this.#total++
    if (entries.size > this.#limits.perOwner) return this.#dropOldest(owner)
    return this.#total > this.#limits.total ? this.#dropOldest(this.#largest()) : null
  }

  /** That an entry is gone; one that is not known changes nothing. */
  remove(owner: string, entry: string): void {
    const entries = this.#of.get(owner)
    if (entries?.delete(entry) !== true) return
    this.#total--
    this.#moved(owner, entries.size + 1, entries.size)
    if (entries.size === 0) this.#of.delete(owner)
  }

  #dropOldest(owner: string): string | null {
    const oldest = this.#of.get(owner)?.values().next().value
    if (oldest === undefined) return null
    this.remove(owner, oldest)
    return oldest
  }

  #largest(): string {
    const most = this.#bySize.get(Math.max(...this.#bySize.keys()))
    return most?.values().next().value ?? ''
  }

  #moved(owner: string, before: number, now: number): void {
    const left = this.#bySize.get(before)
    left?.delete(owner)
    if (left?.size === 0) this.#bySize.delete(before)
    if (now === 0) return
    const joined = this.#bySize.get(now) ?? new Set<string>()
    this.#bySize.set(now, joined)
    joined.add(owner)
  }
}
