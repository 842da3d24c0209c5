/** How one blob of a partition stands. */
export interface Stand {
  readonly partition: number
  /** Positions that it takes. */
  readonly chunks: number
  readonly held: number
  /** What is missing was asked for in vain, or is not worth asking for. */
  readonly isHole: boolean
}

/** Of one partition, or of several: positions used, and of those what is held and what nobody gives. */
export interface Tally {
  readonly used: number
  readonly held: number
  readonly holes: number
}

/** Sums over the blobs of each partition, kept as blobs change: asking takes as long whatever their number. */
export class Tallies {
  readonly #stands = new Map<string, Stand>()
  readonly #sums = new Map<number, { used: number; held: number; holes: number }>()

  set(id: string, stand: Stand): void {
    this.delete(id)
    this.#stands.set(id, stand)
    this.#add(stand, 1)
  }

  delete(id: string): void {
    const before = this.#stands.get(id)
    if (before === undefined) return
    this.#stands.delete(id)
    this.#add(before, -1)
  }

  of(partition: number): Tally {
    return this.#sums.get(partition) ?? { used: 0, held: 0, holes: 0 }
  }

  /** Chunks of all partitions that are missing, and to be had as far as is known. */
  get awaited(): number {
    let total = 0
    for (const { used, held, holes } of this.#sums.values()) total += used - held - holes
    return total
  }

  #add({ partition, chunks, held, isHole }: Stand, sign: 1 | -1): void {
    const sums = this.#sums.get(partition) ?? { used: 0, held: 0, holes: 0 }
    this.#sums.set(partition, sums)
    sums.used += sign * chunks
    sums.held += sign * held
    if (isHole) sums.holes += sign * (chunks - held)
  }
}
