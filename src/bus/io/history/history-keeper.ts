import { asError, Emitter, type Events, Running, type RunningService } from '../../../lib/index.ts'
import type { HeaderSource } from '../prover/header-source.ts'
import type { History } from './history.ts'

export interface HistoryKeeperComponents {
  /** Headers of the chain; not asked patiently: what fails is made up at the next height. */
  readonly source: HeaderSource
  open(): Promise<History>
}

export interface HistoryKeeperEvents {
  /** The history holds the chain up to this height. */
  readonly kept: { readonly height: number }
  /** It does not for now; told once until it does again. */
  readonly lagging: Error
}

/**
 * Keeps a history in step with a chain that grows, beside whoever makes it grow: `keep` says how far, and what goes
 * wrong here stops nobody. What it lacks it takes in at the next height, or whoever needs a path makes it up.
 */
export class HistoryKeeper implements RunningService {
  readonly #components: HistoryKeeperComponents
  readonly #events = new Emitter<HistoryKeeperEvents>()
  readonly #running = new Running()
  #history: History | null = null
  #wanted: number | null = null
  #wake: () => void = () => undefined
  #stopping = false
  #lagging = false

  constructor(components: HistoryKeeperComponents) {
    this.#components = components
  }

  get events(): Events<HistoryKeeperEvents> {
    return this.#events
  }

  /** Null while another process holds it: an attestation may be made from it for a moment. */
  get history(): History | null {
    return this.#history
  }

  async start(signal?: AbortSignal): Promise<void> {
    const open = async () => {
      if (this.#stopping) throw new Error('a service is not started after its end')
      await this.#open()
    }
    await this.#running.openAndBegin(open, (_opened, ending) => this.#run(ending), signal)
  }

  /** Up to this height of the source's chain, soon; of several heights that wait the last one counts. */
  keep(height: number): void {
    this.#wanted = height
    this.#wake()
  }

  /** What was asked for is kept first, unless its signal has fired. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake()
    try {
      await this.#running.ended()
    } finally {
      await this.#history?.close()
    }
  }

  ended(): Promise<void> {
    return this.#running.ended()
  }

  async #run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    for (;;) {
      const height = this.#wanted
      this.#wanted = null
      if (height !== null) await this.#keep(height, signal)
      if (signal.aborted) return
      if (this.#wanted !== null) continue
      if (this.#stopping) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async #keep(height: number, signal: AbortSignal): Promise<void> {
    try {
      if (this.#history === null) await this.#open()
      if (this.#history === null) return
      await this.#history.sync(this.#components.source, height, signal)
      this.#lagging = false
      this.#events.emit('kept', { height })
    } catch (error) {
      if (!signal.aborted) this.#lag(error)
    }
  }

  async #open(): Promise<void> {
    try {
      this.#history = await this.#components.open()
    } catch (error) {
      this.#lag(error)
    }
  }

  #lag(cause: unknown): void {
    if (!this.#lagging) this.#events.emit('lagging', asError(cause))
    this.#lagging = true
  }
}
