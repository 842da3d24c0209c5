import { join } from 'node:path'
import type { Rejection } from '../../../bitcoin/index.ts'
import { Emitter, type Events } from '../../../lib/index.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import { HistoryKeeper } from '../history/history-keeper.ts'
import { openStoredHistory } from '../history/open-history.ts'
import { ProofPublisher } from '../publish/publisher.ts'
import type { HeaderSource } from './header-source.ts'
import type { OpenProver } from './open-prover.ts'

export interface ProveOnceOptions {
  readonly proving: OpenProver
  readonly source: HeaderSource
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
}

export type ProveOnceResult = ({ readonly ok: true } & HeldProof) | Rejection

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
    const { proving, source, file, signal } = this.#options
    const { dir, start, prover, status, verifier, verifyOptions } = proving
    const publisher = new ProofPublisher({ file, verifyOptions })
    publisher.events.on('published', (proof) => status.published(proof, file))
    const keeper = new HistoryKeeper({
      source,
      open: () => openStoredHistory(join(dir, 'history'), start.params, start.start, verifier),
    })
    keeper.events.on('lagging', (error) => this.#events.emit('lagging', error))
    const off = prover.events.on('checkpoint', ({ context }) => keeper.keep(context.height))
    await keeper.start(signal)
    try {
      return await this.#prove(publisher)
    } finally {
      off()
      await keeper.stop()
    }
  }

  async #prove(publisher: ProofPublisher): Promise<ProveOnceResult> {
    const { proving, source, to, signal } = this.#options
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
