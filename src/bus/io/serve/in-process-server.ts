import { type BitcoindClient, bitcoindBlocks } from '../../../bitcoin/io/index.ts'
import type { HttpServer } from '../../../http/index.ts'
import { asError, Emitter, type Events, type Service } from '../../../lib/index.ts'
import type { HistoryKeeper } from '../history/history-keeper.ts'
import type { ProofPublisher } from '../publish/publisher.ts'
import { busServer } from './bus-server.ts'
import { ServedBus } from './served-bus.ts'
import { sharedHistory } from './served-history.ts'
import { ServedProver } from './served-prover.ts'

export interface InProcessServerComponents {
  readonly host: string
  readonly port: number
  readonly client: BitcoindClient
  readonly publisher: ProofPublisher
  readonly keeper: HistoryKeeper
}

export interface InProcessServerEvents {
  readonly listening: { readonly url: string }
  /** A proof that could not be taken up yet; the one before is served still. */
  readonly behind: Error
  /** A request that could not be answered. */
  readonly failed: Error
}

/** Serves what a prover of the same process publishes. */
export class InProcessServer implements Service {
  readonly #events = new Emitter<InProcessServerEvents>()
  readonly #bus: ServedBus
  readonly #offering: ServedProver
  readonly #server: HttpServer

  constructor(components: InProcessServerComponents) {
    const { client, publisher, keeper, host, port } = components
    this.#bus = new ServedBus({ history: sharedHistory(keeper), blocks: bitcoindBlocks(client) })
    this.#offering = new ServedProver({ bus: this.#bus, publisher, keeper })
    this.#offering.events.on('behind', (error) => this.#events.emit('behind', error))
    this.#server = busServer(this.#bus, { host, port })
    this.#server.events.on('failed', (cause) => this.#events.emit('failed', asError(cause)))
  }

  get events(): Events<InProcessServerEvents> {
    return this.#events
  }

  async start(): Promise<void> {
    await this.#server.start()
    await this.#offering.start()
    this.#events.emit('listening', { url: this.#server.url })
  }

  async stop(): Promise<void> {
    await this.#offering.stop()
    await this.#server.stop()
  }
}
