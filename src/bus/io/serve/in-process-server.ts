import { type BitcoindClient, bitcoindBlocks } from '../../../bitcoin/io/index.ts'
import { asError, Emitter, type Events, type Service, together } from '../../../lib/index.ts'
import type { PeerTransport } from '../../peers/transport.ts'
import type { ProvedChain, VerifyOptions } from '../../verify.ts'
import type { HistoryKeeper } from '../history/history-keeper.ts'
import { PeerServing } from '../peers/peer-serving.ts'
import type { ProofPublisher } from '../publish/publisher.ts'
import { busServer } from './bus-server.ts'
import { ServedBus } from './served-bus.ts'
import { sharedHistory } from './served-history.ts'
import { ServedProver } from './served-prover.ts'

export interface InProcessServerComponents {
  readonly client: BitcoindClient
  readonly publisher: ProofPublisher
  readonly keeper: HistoryKeeper
  /** Serve over HTTP. */
  readonly http?: { readonly host: string; readonly port: number } | undefined
  /** Serve peers. */
  readonly peers?: { readonly transport: PeerTransport; verifyOptions(): VerifyOptions } | undefined
}

export interface InProcessServerEvents {
  readonly listening: { readonly url: string }
  /** Peers were told of a new proof. */
  readonly announced: ProvedChain
  /** A peer has a proof of more work than ours. */
  readonly ahead: { readonly chain: ProvedChain }
  /** A proof that could not be taken up yet; the one before is served still. */
  readonly behind: Error
  /** A request that could not be answered. */
  readonly failed: Error
}

/** Serves what a prover of the same process publishes, over HTTP, to peers, or both. */
export class InProcessServer implements Service {
  readonly #events = new Emitter<InProcessServerEvents>()
  readonly #parts: Service

  constructor({ client, publisher, keeper, http, peers }: InProcessServerComponents) {
    const bus = new ServedBus({ history: sharedHistory(keeper), blocks: bitcoindBlocks(client) })
    const offering = new ServedProver({ bus, publisher, keeper })
    offering.events.on('behind', (error) => this.#events.emit('behind', error))
    const servers = [
      ...(http === undefined ? [] : [this.#overHttp(bus, http)]),
      ...(peers === undefined ? [] : [this.#toPeers(bus, peers)]),
    ]
    this.#parts = together([...servers, offering])
  }

  get events(): Events<InProcessServerEvents> {
    return this.#events
  }

  async start(): Promise<void> {
    await this.#parts.start()
  }

  async stop(): Promise<void> {
    await this.#parts.stop()
  }

  #overHttp(bus: ServedBus, at: { readonly host: string; readonly port: number }): Service {
    const server = busServer(bus, at)
    server.events.on('failed', (cause) => this.#events.emit('failed', asError(cause)))
    return {
      start: async () => {
        await server.start()
        this.#events.emit('listening', { url: server.url })
      },
      stop: () => server.stop(),
    }
  }

  #toPeers(bus: ServedBus, peers: NonNullable<InProcessServerComponents['peers']>): Service {
    const serving = new PeerServing({ bus, ...peers })
    serving.events.on('announced', (chain) => this.#events.emit('announced', chain))
    serving.events.on('ahead', (ahead) => this.#events.emit('ahead', ahead))
    serving.events.on('failed', (error) => this.#events.emit('failed', error))
    return serving
  }
}
