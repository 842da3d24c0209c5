import type { StorageParams } from '../params.ts'
import type { NameRecord, ProviderRecord } from '../records/judge.ts'

/** With the height of the block that includes it. */
type At<T> = T & { readonly height: number }

/** How long after its record a key counts, and for how long: of those who keep partitions, and of others who register. */
export type CountingRules = Pick<StorageParams, 'providerDelay' | 'providerBlocks'>

/** A provider as its records have it. */
export interface Provider {
  readonly author: string
  /** The peer that its latest record names; null after a withdrawal, which is advice. */
  readonly peer: string | null
  readonly seq: number
  /** Its key counts at heights from … until − 1 by its last registration. */
  readonly from: number
  readonly until: number
}

/** What a record says of its author's key. */
type RegisteringRecord = Pick<ProviderRecord, 'author' | 'seq' | 'peer'>

/** A record by which a key counts. */
export interface Registration {
  /** Of the block that includes it. */
  readonly height: number
  readonly seq: number
  readonly peer: string
}

/** Whether a key registered in the block of one height counts for challenges at another. */
export function countsAt(
  { providerDelay, providerBlocks }: CountingRules,
  registered: number,
  height: number,
): boolean {
  return registered + providerDelay <= height && height < registered + providerBlocks
}

/** Providers' keys. Every registration counts for a time of its own, whatever its `seq`. */
export class Providers {
  readonly #params: CountingRules
  readonly #records = new Map<string, At<RegisteringRecord>[]>()
  /** Authors of each block's records. */
  readonly #ofBlock = new Map<number, ReadonlySet<string>>()

  constructor(params: CountingRules) {
    this.#params = params
  }

  apply(height: number, records: readonly RegisteringRecord[]): void {
    for (const record of records) {
      const its = this.#records.get(record.author) ?? []
      its.push({ ...record, height })
      this.#records.set(record.author, its)
    }
    if (records.length > 0) this.#ofBlock.set(height, new Set(records.map(({ author }) => author)))
  }

  /** Takes the last block out. */
  undo(height: number): void {
    takeOut(this.#records, this.#ofBlock, height)
  }

  /** Whether an author's key counts for challenges at this height. */
  counts(author: string, height: number): boolean {
    return this.registrationAt(author, height) !== null
  }

  /**
   * The registration by which an author's key counts at a height: of several the one with the greatest `seq`, of two with one
   * `seq` the earlier one. Null where it does not count.
   */
  registrationAt(author: string, height: number): Registration | null {
    let best: Registration | null = null
    for (const { height: at, seq, peer } of this.#records.get(author) ?? []) {
      if (peer === null || !countsAt(this.#params, at, height)) continue
      if (best === null || seq > best.seq) best = { height: at, seq, peer }
    }
    return best
  }

  /** The first height, this one or a later one, at which an author's key counts; null where none is known. */
  countsFrom(author: string, height: number): number | null {
    const { providerDelay, providerBlocks } = this.#params
    const starts = (this.#records.get(author) ?? []).flatMap(({ peer, height: at }) =>
      peer === null || height >= at + providerBlocks ? [] : [Math.max(height, at + providerDelay)],
    )
    return starts.length === 0 ? null : Math.min(...starts)
  }

  /** Every author that ever registered, in the order of their keys. */
  list(): Provider[] {
    const { providerDelay, providerBlocks } = this.#params
    const found = [...this.#records].flatMap(([author, records]) => {
      const registered = records.filter(({ peer }) => peer !== null)
      const last = registered.at(-1)
      if (last === undefined) return []
      // Of two with one `seq` the earlier one.
      const latest = records.reduce((best, one) => (one.seq > best.seq ? one : best))
      const { seq, peer } = latest
      return [{ author, peer, seq, from: last.height + providerDelay, until: last.height + providerBlocks }]
    })
    return found.sort((a, b) => (a.author < b.author ? -1 : 1))
  }

  /**
   * The author that provides by this peer (64 hex digits): whose latest record names it, and whose key counts at this height or
   * is going to; of several, the one that registered last. Null where there is none.
   */
  registeredFor(peer: string, height: number): string | null {
    const registered = this.list().filter((one) => one.peer === peer && height < one.until)
    return registered.sort((a, b) => b.from - a.from)[0]?.author ?? null
  }
}

/** What a name of an author's means. */
export interface Named {
  readonly author: string
  readonly name: string
  /** Of a blob. */
  readonly id: string
  readonly seq: number
  /** Of the block that includes its record. */
  readonly height: number
  /** It holds at heights below this one. */
  readonly until: number
}

/** Names, each in its author's own space: the record with the greatest `seq` holds, for a time. */
export class Names {
  readonly #params: StorageParams
  /** Records that each was the one to hold, in order: what an undone block gives back. */
  readonly #held = new Map<string, At<NameRecord>[]>()
  /** Names that each block gave another meaning. */
  readonly #ofBlock = new Map<number, ReadonlySet<string>>()

  constructor(params: StorageParams) {
    this.#params = params
  }

  /** For each record whether it holds now: one that is not later by its `seq` than another does not. */
  apply(height: number, records: readonly NameRecord[]): boolean[] {
    const given = new Set<string>()
    const holds = records.map((record) => {
      const key = `${record.author}:${record.name}`
      const held = this.#held.get(key) ?? []
      const last = held.at(-1)
      if (last !== undefined && record.seq <= last.seq) return false
      held.push({ ...record, height })
      this.#held.set(key, held)
      given.add(key)
      return true
    })
    if (given.size > 0) this.#ofBlock.set(height, given)
    return holds
  }

  /** Takes the last block out. */
  undo(height: number): void {
    takeOut(this.#held, this.#ofBlock, height)
  }

  /** What a name means at a height, the tip's or a later one; null where nothing. */
  resolve(author: string, name: string, height: number): Named | null {
    const last = this.#held.get(`${author}:${name}`)?.at(-1)
    return last === undefined ? null : this.#named(last, height)
  }

  /** The record of a name with the greatest `seq`, also where it takes the name back or has run out; null before the first. */
  last(author: string, name: string): At<NameRecord> | null {
    return this.#held.get(`${author}:${name}`)?.at(-1) ?? null
  }

  /** Every name that holds, of one author or of all, in order. */
  list(height: number, author?: string): Named[] {
    const all = [...this.#held.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
    return all.flatMap(([, held]) => {
      const last = held.at(-1) as At<NameRecord>
      const named = author === undefined || last.author === author ? this.#named(last, height) : null
      return named === null ? [] : [named]
    })
  }

  #named({ author, name, id, seq, height: since }: At<NameRecord>, height: number): Named | null {
    const until = since + this.#params.nameBlocks
    return id === null || height >= until ? null : { author, name, id, seq, height: since, until }
  }
}

/** Takes out what the last block added: what is touched is that block's, however much there is of others. */
function takeOut(
  records: Map<string, { readonly height: number }[]>,
  ofBlock: Map<number, ReadonlySet<string>>,
  height: number,
): void {
  for (const key of ofBlock.get(height) ?? []) {
    const its = records.get(key) ?? []
    while (its.at(-1)?.height === height) its.pop()
    if (its.length === 0) records.delete(key)
  }
  ofBlock.delete(height)
}
