import { type BitcoindClient, bitcoindBlocks } from '../../../bitcoin/io/index.ts'
import { Emitter, type Events, type Service } from '../../../lib/index.ts'
import type { HistoryKeeper } from '../history/history-keeper.ts'
import type { ProofPublisher } from '../publish/publisher.ts'
import { ServedBus } from './served-bus.ts'
import { sharedHistory } from './served-history.ts'
import { ServedProver } from './served-prover.ts'
import { type RunningServer, serveBus } from './server.ts'

export interface InProcessServerComponents {
  readonly host: string
  readonly port: number
  readonly client: BitcoindClient
  readonly publisher: ProofPublisher
  readonly keeper: HistoryKeeper
  readonly clock: () => number
}

export interface InProcessServerEvents {
  readonly listening: { readonly url: string }
  /** A request that could not be answered, or a proof that could not be taken up. */
  readonly trouble: Error
}

/** Serves what a prover of the same process publishes. */
export class InProcessServer implements Service {
  readonly #components: InProcessServerComponents
  readonly #events = new Emitter<InProcessServerEvents>()
  readonly #bus: ServedBus
  readonly #offering: ServedProver
  #server: RunningServer | null = null

  constructor(components: InProcessServerComponents) {
    const { client, publisher, keeper } = components
    this.#components = components
    this.#bus = new ServedBus({ history: sharedHistory(keeper), blocks: bitcoindBlocks(client) })
    this.#offering = new ServedProver({ bus: this.#bus, publisher, keeper })
    this.#offering.events.on('behind', (error) => this.#events.emit('trouble', error))
  }

  get events(): Events<InProcessServerEvents> {
    return this.#events
  }

  async start(): Promise<void> {
    const { host, port, clock } = this.#components
    const onError = (cause: unknown) =>
      this.#events.emit('trouble', cause instanceof Error ? cause : new Error(String(cause), { cause }))
    this.#server = await serveBus({ bus: this.#bus, host, port, clock, onError })
    await this.#offering.start()
    this.#events.emit('listening', { url: this.#server.url })
  }

  async stop(): Promise<void> {
    await this.#offering.stop()
    await this.#server?.close()
  }
}
