/** What somebody may listen to: events by name, each with what it tells. */
export interface Events<Payloads extends object> {
  /** Calls `listener` at every event of this name from now on, in order; what comes back ends that. */
  on<Name extends keyof Payloads>(name: Name, listener: (event: Payloads[Name]) => void): () => void
}

/**
 * Events of one service, to as many listeners as there are. A listener hears an event before `emit` returns and gives
 * nothing back: what it does with the event neither delays nor breaks the service. One that throws is a bug of its own,
 * reported as uncaught.
 *
 * @example
 * const events = new Emitter<{ block: { height: number } }>()
 * const off = events.on('block', ({ height }) => console.log(height))
 * events.emit('block', { height: 7 }) // 7
 * off()
 */
export class Emitter<Payloads extends object> implements Events<Payloads> {
  readonly #listeners = new Map<keyof Payloads, Set<(event: never) => void>>()

  on<Name extends keyof Payloads>(name: Name, listener: (event: Payloads[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // Of its own, so that one function may listen twice.
    const own = (event: Payloads[Name]) => listener(event)
    listeners.add(own)
    return () => {
      listeners.delete(own)
    }
  }

  emit<Name extends keyof Payloads>(name: Name, event: Payloads[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(event as never)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
