/** How one blob of a partition stands. */
export interface Stand {
  readonly partition: number
  /** Positions that it takes. */
  readonly chunks: number
  readonly held: number
  /** Of those held. */
  readonly encoded: number
  /** What is missing was asked for in vain, or is not worth asking for. */
  readonly isHole: boolean
}

/** Of one partition: positions used, and of those what is held, what of that is encoded, and what nobody gives. */
export interface Tally {
  readonly used: number
  readonly held: number
  readonly encoded: number
  readonly holes: number
}

const NOTHING = { used: 0, held: 0, encoded: 0, holes: 0 }

/** Sums over the blobs of each partition, kept as blobs change: asking takes as long whatever their number. */
export class Tallies {
  readonly #stands = new Map<string, Stand>()
  readonly #sums = new Map<number, { used: number; held: number; encoded: number; holes: number }>()

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
    return this.#sums.get(partition) ?? { ...NOTHING }
  }

  /** Chunks of all partitions that are missing, and to be had as far as is known. */
  get awaited(): number {
    let total = 0
    for (const { used, held, holes } of this.#sums.values()) total += used - held - holes
    return total
  }

  #add({ partition, chunks, held, encoded, isHole }: Stand, sign: 1 | -1): void {
    const sums = this.#sums.get(partition) ?? { ...NOTHING }
    this.#sums.set(partition, sums)
    sums.used += sign * chunks
    sums.held += sign * held
    sums.encoded += sign * encoded
    if (isHole) sums.holes += sign * (chunks - held)
  }
}
