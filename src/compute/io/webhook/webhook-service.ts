import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  Emitter,
  type Events,
  orAborted,
  type Rejection,
  Running,
  type RunningService,
  retry,
  WscError,
} from '../../../lib/index.ts'
import type { LevelStore } from '../../../lib/io/index.ts'
import { formatCursor, parseCursor } from '../../results/cursor.ts'
import type { ResultEvent } from '../../results/since.ts'
import type { ResultsService } from '../results/results-service.ts'
import { type PostOptions, type PostReject, post } from './post.ts'
import type { WebhookPlaces } from './webhook-places.ts'

export interface WebhookEvents {
  readonly delivered: { readonly label: string; readonly key: string }
  readonly failed: {
    readonly label: string
    readonly key: string
    readonly failures: number
    readonly retryMs: number
  } & Rejection<PostReject>
  /** A label stood at a block that the index of results never saw: it is told everything from the beginning. */
  readonly anew: { readonly label: string }
}

export interface WebhookComponents {
  /** Started, and by whoever made it. */
  readonly results: Pick<ResultsService, 'since' | 'events' | 'caughtUp'>
  /** Confirmations that make a result final. */
  readonly finality: number
  readonly places: WebhookPlaces
  /** Labels that a program's manifest names, by the program's id. */
  labelsOf(program: string): readonly string[]
  /** How far each label was told; closed by whoever made it. */
  readonly store: LevelStore<string, unknown>
  readonly ips: PostOptions['ips']
  readonly ca?: string | undefined
}

/** How far a label was told: where it goes on, and how many events it was told. */
const keptSchema = z.strictObject({ cursor: z.string().max(200), told: z.int().min(0) })

/** Pauses between tries at one event. */
const PAUSES = { firstMs: 1000, mostMs: 3_600_000 }
const TIMEOUT_MS = 10_000

/**
 * Tells webhooks what happens to results that count: each event at least once, in order, again until it is taken. A label that
 * does not answer keeps its place and delays no other one. What is on the disk is where each goes on, so nothing piles up.
 */
export class WebhookService implements RunningService {
  readonly #components: WebhookComponents
  readonly #running = new Running()
  readonly #events = new Emitter<WebhookEvents>()

  constructor(components: WebhookComponents) {
    this.#components = components
  }

  get events(): Events<WebhookEvents> {
    return this.#events
  }

  async start(signal?: AbortSignal): Promise<void> {
    this.#running.begin(async (ending) => {
      const own = new AbortController()
      const either = AbortSignal.any([ending, own.signal])
      await orAborted(this.#components.results.caughtUp(), either)
      const labels = [...this.#components.places].map(([label, url]) => this.#tell(label, url, either))
      // One that cannot go on, on a full disk say, ends them all.
      for (const label of labels) label.catch(() => own.abort())
      await Promise.allSettled(labels)
      await Promise.all(labels)
    }, signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #tell(label: string, url: URL, signal: AbortSignal): Promise<void> {
    const { results, finality, store } = this.#components
    const kept = keptSchema.safeParse(await store.get(label))
    let { cursor: text, told } = kept.success ? kept.data : { cursor: '', told: 0 }
    for (;;) {
      const news = Promise.withResolvers<void>()
      const off = results.events.on('tip', () => news.resolve())
      try {
        const read = text === '' ? null : parseCursor(text)
        // As few events as there can be at a time: those of one block.
        const page = await results.since(read?.ok === true ? read.cursor : null, { finality, limit: 1 })
        if (!page.ok) {
          this.#events.emit('anew', { label })
          text = ''
          continue
        }
        for (const event of page.events) {
          const json = this.#about(label, event)
          if (json === null) continue
          told++
          await this.#deliver(label, url, json, told, signal)
        }
        const next = formatCursor(page.cursor)
        const moved = next !== text
        text = next
        if (moved) await store.put(label, { cursor: text, told }, { sync: true })
        if (page.more || moved) continue
        await orAborted(news.promise, signal)
      } finally {
        off()
      }
    }
  }

  /** What a label hears of an event; null where it is of programs that do not name the label. */
  #about(label: string, event: ResultEvent): string | null {
    const isIts = ({ program }: { readonly program: string }) => this.#components.labelsOf(program).includes(label)
    switch (event.event) {
      case 'result':
        return isIts(event.result) ? JSON.stringify(event) : null
      case 'final':
        return isIts(event) ? JSON.stringify(event) : null
      case 'undo': {
        const withdrawn = event.withdrawn.filter(isIts)
        return withdrawn.length === 0 ? null : JSON.stringify({ ...event, withdrawn })
      }
    }
  }

  async #deliver(label: string, url: URL, body: string, number: number, signal: AbortSignal): Promise<void> {
    const { ips, ca } = this.#components
    // The number tells two events that say the same; the hash those that a reorg put in one place.
    const key = `${number}-${createHash('sha256').update(body).digest('hex').slice(0, 32)}`
    let last: Rejection<PostReject> | undefined
    const once = async () => {
      const posted = await post({ url, body, idempotencyKey: key, ips, ca, timeoutMs: TIMEOUT_MS, signal })
      if (posted.ok) return
      last = posted
      throw new WscError('E_WEBHOOK', posted.detail)
    }
    await retry(once, {
      ...PAUSES,
      signal,
      isTransient: (error) => error instanceof WscError && error.code === 'E_WEBHOOK',
      onPause: (_error, failures, retryMs) => {
        if (last !== undefined) this.#events.emit('failed', { label, key, failures, retryMs, ...last })
      },
    })
    this.#events.emit('delivered', { label, key })
  }
}
