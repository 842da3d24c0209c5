import PQueue from 'p-queue'
import type { PeerName, RequestKind } from '../bus/index.ts'
import { abortedError, delay, RateLimiter } from '../lib/index.ts'

/** Of what a peer allows: it frees a place and counts a second a little later than we do. */
const SHARE = 0.75

interface Turns {
  readonly places: PQueue
  readonly rate: RateLimiter
}

interface Asked {
  /** By the names of kinds. */
  readonly kinds: Map<string, Turns>
  /** Questions that wait or are being asked. */
  turns: number
}

/**
 * Puts questions only as many at once, and as often, as the peer answers: one beyond that is held against us as a flood,
 * however many parts of this process, or strangers behind them, want something of the same peer.
 */
export class Manners {
  readonly #clock: () => number
  readonly #isConnected: (peer: PeerName) => boolean
  readonly #peers = new Map<PeerName, Asked>()

  /** `clock` in milliseconds, never going back. */
  constructor(clock: () => number, isConnected: (peer: PeerName) => boolean) {
    this.#clock = clock
    this.#isConnected = isConnected
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#peers.size
  }

  /** Does the work when its turn comes. Throws E_ABORTED as soon as the signal fires. */
  async turn<Question, Answer, Value>(
    peer: PeerName,
    kind: RequestKind<Question, Answer>,
    work: () => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value> {
    const asked = this.#peers.get(peer) ?? { kinds: new Map(), turns: 0 }
    this.#peers.set(peer, asked)
    const { places, rate } = this.#turns(asked.kinds, kind)
    const waiting = async () => {
      for (let ms = rate.take(peer); ms > 0; ms = rate.take(peer)) await delay(ms, signal)
      if (signal?.aborted) throw abortedError(signal.reason)
      return await work()
    }
    asked.turns++
    try {
      return await places.add(waiting, signal === undefined ? {} : { signal })
    } catch (error) {
      if (signal?.aborted) throw abortedError(signal.reason)
      throw error
    } finally {
      asked.turns--
      this.forget(peer)
    }
  }

  /** A peer that left, once nothing waits for it any more: strangers make up as many names as they like. */
  forget(peer: PeerName): void {
    if (this.#peers.get(peer)?.turns === 0 && !this.#isConnected(peer)) this.#peers.delete(peer)
  }

  #turns<Question, Answer>(
    kinds: Map<string, Turns>,
    { name, concurrent, rate }: RequestKind<Question, Answer>,
  ): Turns {
    const known = kinds.get(name)
    if (known !== undefined) return known
    const turns = {
      places: new PQueue({ concurrency: Math.max(1, Math.floor(SHARE * concurrent.perClient)) }),
      rate: new RateLimiter(
        { burst: Math.max(1, Math.floor(SHARE * rate.burst)), perSecond: SHARE * rate.perSecond },
        this.#clock,
      ),
    }
    kinds.set(name, turns)
    return turns
  }
}
