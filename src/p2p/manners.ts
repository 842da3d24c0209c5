import PQueue from 'p-queue'
import type { PeerName, RequestKind } from '../bus/index.ts'
import { abortedError, delay, RateLimiter } from '../lib/index.ts'

/** Of what a peer allows: it frees a place and counts a second a little later than we do. */
const SHARE = 0.75

interface Turns {
  readonly places: PQueue
  readonly rate: RateLimiter
}

/**
 * Puts questions only as many at once, and as often, as the peer answers: one beyond that is held against us as a flood,
 * however many parts of this process, or strangers behind them, want something of the same peer.
 */
export class Manners {
  readonly #clock: () => number
  readonly #peers = new Map<PeerName, Map<string, Turns>>()

  /** `clock` in milliseconds, never going back. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Does the work when its turn comes. Throws E_ABORTED where the signal fires before. */
  async turn<Question, Answer, Value>(
    peer: PeerName,
    kind: RequestKind<Question, Answer>,
    work: () => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value> {
    const { places, rate } = this.#turns(peer, kind)
    const waiting = async () => {
      for (let ms = rate.take(peer); ms > 0; ms = rate.take(peer)) await delay(ms, signal)
      if (signal?.aborted) throw abortedError(signal.reason)
      return await work()
    }
    return await places.add(waiting)
  }

  /** A peer that left; what it is asked yet goes on. */
  forget(peer: PeerName): void {
    this.#peers.delete(peer)
  }

  #turns<Question, Answer>(peer: PeerName, { name, concurrent, rate }: RequestKind<Question, Answer>): Turns {
    const kinds = this.#peers.get(peer) ?? new Map<string, Turns>()
    this.#peers.set(peer, kinds)
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
