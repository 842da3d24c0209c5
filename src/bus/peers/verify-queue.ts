import type { PeerName } from './transport.ts'
import { type WaitingLimits, WaitingProofs } from './waiting-proofs.ts'

export interface VerifyQueueOptions {
  /** So many at a time. */
  readonly atOnce: number
  readonly limits: WaitingLimits
  isBanned(peer: PeerName): boolean
}

/** Verifies what peers give, few at a time; so many wait and no more, and peers take turns. */
export class VerifyQueue {
  readonly #options: VerifyQueueOptions
  readonly #waiting: WaitingProofs<() => void>
  #running = 0
  #named = 0

  constructor(options: VerifyQueueOptions) {
    this.#options = options
    this.#waiting = new WaitingProofs(options.limits, (peer) => options.isBanned(peer))
  }

  /** Null where there was no room for it, or whoever gave it is banned by now. */
  async run<Value>(peer: PeerName, work: () => Promise<Value>): Promise<Value | null> {
    if (!(await this.#turn(peer))) return null
    try {
      return await work()
    } finally {
      this.#running--
      // Whoever gave this is banned, if it was a lie, before the next is chosen.
      setTimeout(() => this.#next())
    }
  }

  #turn(peer: PeerName): Promise<boolean> {
    if (this.#running < this.#options.atOnce && this.#waiting.size === 0) {
      this.#running++
      return Promise.resolve(true)
    }
    return new Promise((resolve) => {
      const begin = () => {
        this.#running++
        resolve(true)
      }
      this.#waiting.put(peer, String(this.#named++), begin, () => resolve(false))
    })
  }

  #next(): void {
    if (this.#running < this.#options.atOnce) this.#waiting.next()?.()
  }
}
