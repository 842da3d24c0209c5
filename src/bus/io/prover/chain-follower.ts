import type { HeaderRejection } from '../../../bitcoin/index.ts'
import type { ChainFeed } from '../../../bitcoin/io/index.ts'
import { Emitter, type Events, Running, type RunningService } from '../../../lib/index.ts'
import type { ProvedChain } from '../../verify.ts'
import type { ProofPublisher } from '../publish/publisher.ts'
import { follow } from './follow.ts'
import type { OpenProver } from './open-prover.ts'

export interface ChainFollowerComponents {
  /** Of the bitcoind that is followed; started by whoever composes. */
  readonly feed: ChainFeed
  readonly proving: Pick<OpenProver, 'prover' | 'start'>
  readonly publisher: ProofPublisher
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export interface ChainFollowerEvents {
  /** A proof of the newest block is in place, so many seconds after the block was noticed. */
  readonly proved: { readonly chain: ProvedChain; readonly bytes: Uint8Array; readonly seconds: number }
  /** Folded; a stage of compressing begins. */
  readonly compressing: { readonly stage: string }
  /** The tip is ahead of the clock by more than two hours: waits for the next block. */
  readonly tooNew: HeaderRejection
  /** The chain changed all the time while it was read: waits for the next block. */
  readonly unsettled: Error
  /** A block left the chain. */
  readonly disconnected: { readonly height: number }
}

/** Follows a bitcoind: folds each new block at once, and gives each fresh proof to be published. */
export class ChainFollower implements RunningService {
  readonly #components: ChainFollowerComponents
  readonly #events = new Emitter<ChainFollowerEvents>()
  readonly #running = new Running()

  constructor(components: ChainFollowerComponents) {
    this.#components = components
  }

  get events(): Events<ChainFollowerEvents> {
    return this.#events
  }

  async start(signal?: AbortSignal): Promise<void> {
    this.#running.begin((ending) => this.#follow(ending), signal)
  }

  stop(): Promise<void> {
    return this.#running.stop()
  }

  ended(): Promise<void> {
    return this.#running.ended()
  }

  #follow(signal: AbortSignal): Promise<void> {
    const { feed, proving, publisher, clock } = this.#components
    return follow({
      prover: proving.prover,
      start: proving.start,
      source: feed,
      news: this.#tips(signal),
      clock,
      signal,
      onTooNew: (rejection) => this.#events.emit('tooNew', rejection),
      onUnsettled: (error) => this.#events.emit('unsettled', error),
      onStage: (stage) => this.#events.emit('compressing', { stage }),
      publish: async (bytes, _state, seconds) => {
        const chain = await publisher.publish(bytes)
        if (chain !== null) this.#events.emit('proved', { chain, bytes, seconds })
      },
    })
  }

  /** Yields whenever bitcoind may have another tip; outages are waited out. */
  async *#tips(signal: AbortSignal): AsyncGenerator<void> {
    const { feed } = this.#components
    const from = await feed.tip(signal)
    for await (const event of feed.subscribe({ from, signal })) {
      if (event.type === 'tip') yield
      else if (event.type === 'disconnected') this.#events.emit('disconnected', { height: event.height })
    }
  }
}
