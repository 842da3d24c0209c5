import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import { RateLimiter } from '../lib/index.ts'

/** Of @fastify/rate-limit's settings, for all routes or one: so many requests at once, all back after `timeWindow` ms. */
interface Settings {
  readonly max: number
  readonly timeWindow: number
}

/** Our token buckets as what @fastify/rate-limit counts with; its own windows let twice as many through at their edge. */
export function bucketStore(clock: () => number): FastifyRateLimitStoreCtor {
  class BucketStore implements FastifyRateLimitStore {
    readonly #limiter: RateLimiter

    constructor(settings: object) {
      const { max, timeWindow } = settings as Settings
      this.#limiter = new RateLimiter({ burst: max, perSecond: (max * 1000) / timeWindow }, clock)
    }

    incr(client: string, told: Parameters<FastifyRateLimitStore['incr']>[1], _timeWindow: number, max: number): void {
      const wait = this.#limiter.take(client)
      told(null, wait === 0 ? { current: 1, ttl: 0 } : { current: max + 1, ttl: wait })
    }

    child(settings: object): FastifyRateLimitStore {
      return new BucketStore(settings)
    }
  }
  return BucketStore
}
