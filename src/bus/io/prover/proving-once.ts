import { join } from 'node:path'
import type { HeaderRejection } from '../../../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed, type Outage } from '../../../bitcoin/io/index.ts'
import { Emitter, type Events } from '../../../lib/index.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import { HistoryKeeper } from '../history/history-keeper.ts'
import { openStoredHistory } from '../history/open-history.ts'
import { ProofPublisher } from '../publish/publisher.ts'
import type { HeaderSource } from './header-source.ts'
import type { OpenProver } from './open-prover.ts'

export interface ProveOnceOptions {
  readonly proving: OpenProver
  /** Headers of a file, or the bitcoind whose chain is proved. */
  readonly from: { readonly source: HeaderSource } | { readonly client: BitcoindClient }
  /** Last height to prove; all there is unless given. */
  readonly to?: number | undefined
  /** Where the proof goes, whatever lies there. */
  readonly file: string
  readonly signal?: AbortSignal | undefined
}

export interface ProveOnceEvents {
  readonly compressing: { readonly stage: string }
  /** The history store does not follow for now. */
  readonly lagging: Error
  /** bitcoind is of no use for now: waits for it. */
  readonly unreachable: Outage
  readonly recovered: Record<never, never>
}

export type ProveOnceResult = ({ readonly ok: true } & HeldProof) | HeaderRejection

/** Proves a chain up to a height, once, and keeps the history store beside it in step. */
export class ProvingOnce {
  readonly #options: ProveOnceOptions
  readonly #events = new Emitter<ProveOnceEvents>()

  constructor(options: ProveOnceOptions) {
    this.#options = options
  }

  get events(): Events<ProveOnceEvents> {
    return this.#events
  }

  async run(): Promise<ProveOnceResult> {
    const { proving, from, signal } = this.#options
    if ('source' in from) return await this.#run(from.source)
    const feed = new ChainFeed({ client: from.client, params: proving.start.params })
    feed.events.on('unreachable', (outage) => this.#events.emit('unreachable', outage))
    feed.events.on('recovered', () => this.#events.emit('recovered', {}))
    await feed.start(signal)
    try {
      return await this.#run(feed)
    } finally {
      await feed.stop()
    }
  }

  async #run(source: HeaderSource): Promise<ProveOnceResult> {
    const { proving, file, signal } = this.#options
    const { dir, start, historyStart, prover, status, verifier, verifyOptions } = proving
    const publisher = new ProofPublisher({ file, verifyOptions })
    publisher.events.on('published', (proof) => status.published(proof, file))
    const keeper = new HistoryKeeper({
      source,
      open: () => openStoredHistory(join(dir, 'history'), start.params, historyStart, verifier),
    })
    keeper.events.on('lagging', (error) => this.#events.emit('lagging', error))
    const off = prover.events.on('checkpoint', ({ context }) => keeper.keep(context.height))
    await keeper.start(signal)
    try {
      return await this.#prove(source, publisher)
    } finally {
      off()
      await keeper.stop()
    }
  }

  async #prove(source: HeaderSource, publisher: ProofPublisher): Promise<ProveOnceResult> {
    const { proving, to, signal } = this.#options
    const result = await proving.prover.advanceTo(source, to, signal)
    if (!result.ok) return result
    const bytes = await proving.prover.compress({
      ...(signal !== undefined && { signal }),
      onProgress: (stage) => this.#events.emit('compressing', { stage }),
    })
    await publisher.publish(bytes)
    return { ok: true, ...(publisher.current as HeldProof) }
  }
}
