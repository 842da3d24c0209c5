import { asError, Emitter, type Events, type Service } from '../../../lib/index.ts'
import type { HistoryKeeper } from '../history/history-keeper.ts'
import type { ProofPublisher } from '../publish/publisher.ts'
import type { ServedBus } from './served-bus.ts'
import { isCatchingUp } from './served-history.ts'

export interface ServedProverComponents {
  readonly bus: ServedBus
  readonly publisher: ProofPublisher
  readonly keeper: HistoryKeeper
}

export interface ServedProverEvents {
  /** What was published is not served yet, for another reason than a history that is still being made. */
  readonly behind: Error
}

/** Offers a served bus the proofs that this very process publishes, with the history that it keeps. */
export class ServedProver implements Service {
  readonly #components: ServedProverComponents
  readonly #events = new Emitter<ServedProverEvents>()
  #off: (() => void)[] = []

  constructor(components: ServedProverComponents) {
    this.#components = components
  }

  get events(): Events<ServedProverEvents> {
    return this.#events
  }

  async start(): Promise<void> {
    const { bus, publisher, keeper } = this.#components
    const offer = () => {
      if (publisher.current === null) return
      bus.offer(publisher.current)
      this.#takeUp()
    }
    this.#off = [publisher.events.on('published', offer), keeper.events.on('kept', () => this.#takeUp())]
    offer()
    // A proof from before is served before the first new one: with the history that belongs to it.
    if (publisher.current !== null) keeper.keep(publisher.current.chain.height)
  }

  async stop(): Promise<void> {
    for (const off of this.#off.splice(0)) off()
  }

  #takeUp(): void {
    this.#components.bus.takeUp().catch((cause: unknown) => {
      // The keeper is at it.
      if (isCatchingUp(cause)) return
      this.#events.emit('behind', asError(cause))
    })
  }
}
