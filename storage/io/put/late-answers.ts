import type { PeerName } from '../../../src/bus/index.ts'
import { aborted, Deadline } from '../../../src/lib/index.ts'

export interface WaitFor<Said> {
  /** How long anybody is waited for. */
  readonly ms: number
  /** Whether nobody else needs to be waited for. */
  isEnough(said: ReadonlyMap<PeerName, Said>): boolean
}

/**
 * Asks many peers about many things without waiting for slow ones: what one says too late is there when the same is asked the
 * next time, and one that was waited for in vain is not waited for again until it answers.
 */
export class LateAnswers<Said> {
  readonly #open = new Set<string>()
  readonly #late = new Map<string, Said>()
  readonly #slow = new Set<PeerName>()

  /** What peers said of a thing: those that have said nothing yet are lacking. Throws what asking one throws. */
  async ask(
    about: string,
    peers: readonly PeerName[],
    question: (peer: PeerName) => Promise<Said>,
    { ms, isEnough }: WaitFor<Said>,
  ): Promise<ReadonlyMap<PeerName, Said>> {
    const said = new Map<PeerName, Said>()
    const awaited = new Set<PeerName>()
    const done = Promise.withResolvers<void>()
    const look = () => {
      if (awaited.size === 0 || isEnough(said)) done.resolve()
    }
    let isOver = false
    const askOne = async (peer: PeerName, key: string) => {
      try {
        const one = await question(peer)
        this.#slow.delete(peer)
        awaited.delete(peer)
        if (isOver) this.#late.set(key, one)
        else said.set(peer, one)
        look()
      } catch (error) {
        done.reject(error)
      } finally {
        this.#open.delete(key)
      }
    }
    for (const peer of peers) {
      const key = `${about} ${peer}`
      const late = this.#late.get(key)
      this.#late.delete(key)
      if (late !== undefined) said.set(peer, late)
      else if (!this.#open.has(key)) {
        this.#open.add(key)
        if (!this.#slow.has(peer)) awaited.add(peer)
        void askOne(peer, key)
      }
    }
    look()
    const deadline = new Deadline(ms)
    try {
      await Promise.race([done.promise, aborted(deadline.signal)])
      if (deadline.isOver) for (const peer of awaited) this.#slow.add(peer)
      return said
    } finally {
      isOver = true
      deadline.clear()
      // Of what fails later nobody hears: that is asked again.
      done.promise.catch(() => undefined)
    }
  }
}
