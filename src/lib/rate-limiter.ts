/** Requests a client may make: so many at once, and so many a second after that. */
export interface RateLimit {
  readonly burst: number
  readonly perSecond: number
}

/** Clients remembered at most: beyond, the one seen longest ago is forgotten. */
const MAX_CLIENTS = 10_000

/** A token bucket for each client. */
export class RateLimiter {
  readonly #limit: RateLimit
  /** Milliseconds. */
  readonly #clock: () => number
  readonly #clients = new Map<string, { tokens: number; at: number }>()

  constructor(limit: RateLimit, clock: () => number) {
    this.#limit = limit
    this.#clock = clock
  }

  /** 0 where the client may go on, else milliseconds it has to wait. */
  take(client: string): number {
    const { burst, perSecond } = this.#limit
    const now = this.#clock()
    const before = this.#clients.get(client)
    const gained = before === undefined ? burst : ((now - before.at) / 1000) * perSecond
    const tokens = Math.min(burst, (before?.tokens ?? 0) + gained)
    // Set anew, it counts as the one seen last.
    this.#clients.delete(client)
    this.#clients.set(client, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
    if (this.#clients.size > MAX_CLIENTS) this.#clients.delete(this.#clients.keys().next().value as string)
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000)
  }
}
