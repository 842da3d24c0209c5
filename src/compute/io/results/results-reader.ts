import { Emitter, type Events, orAborted, type Rejection, Running, type RunningService } from '../../../lib/index.ts'
import type { Cursor } from '../../results/cursor.ts'
import type { Told } from '../../results/since.ts'
import type { ResultsService } from './results-service.ts'

export interface ResultsReaderComponents {
  /** Started, and by whoever made it. */
  readonly results: ResultsService
  /** From where on; null for the beginning. */
  readonly cursor: Cursor | null
  /** Confirmations that make a result final. */
  readonly finality: number
  /** Whether it goes on as the chain grows; else it ends when it has told all there is. */
  readonly follow: boolean
}

/** What a reader is told. */
export interface ResultsReaderEvents {
  readonly told: Told
  /** The cursor is none that can be gone on from; it has ended. */
  readonly refused: Rejection<'unknown-cursor'>
}

/** Events of one answer. */
const PAGE = 200

/** Reads an index of results from a cursor on, once all that the node had is in. */
export class ResultsReader implements RunningService {
  readonly #components: ResultsReaderComponents
  readonly #events = new Emitter<ResultsReaderEvents>()
  readonly #running = new Running()

  constructor(components: ResultsReaderComponents) {
    this.#components = components
  }

  get events(): Events<ResultsReaderEvents> {
    return this.#events
  }

  async start(signal?: AbortSignal): Promise<void> {
    this.#running.begin((either) => this.#read(either), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { results, finality, follow } = this.#components
    let { cursor } = this.#components
    let news = Promise.withResolvers<void>()
    const off = results.events.on('tip', () => news.resolve())
    const ended = results.ended()
    // Heard by the race; where that is over before, by nobody.
    ended.catch(() => undefined)
    try {
      await orAborted(results.caughtUp(), signal)
      for (;;) {
        news = Promise.withResolvers<void>()
        const told = await results.since(cursor, { finality, limit: PAGE })
        if (!told.ok) {
          this.#events.emit('refused', told)
          return
        }
        cursor = told.cursor
        this.#events.emit('told', told)
        if (told.more) continue
        if (!follow) return
        await orAborted(Promise.race([news.promise, ended.then(() => news.promise)]), signal)
      }
    } finally {
      off()
    }
  }
}
