import { throwIfAborted } from './abort.ts'
import { errorCode } from './errors.ts'

/**
 * Something that runs on by itself: made of its components, started once, and then only listened to. It has no terminal
 * and no words for people; those who compose services (a command, a node) have both.
 */
export interface Service {
  /**
   * Begins, and resolves as soon as it works: a server listens, a store is open. Rejects where it cannot. `signal` ends
   * it as `stop` does.
   */
  start(signal?: AbortSignal): Promise<void>
  /** An orderly end: resolves once everything is saved and let go, and rejects where that failed. */
  stop(): Promise<void>
}

/** A service with work of its own, which may end by itself or fail. */
export interface RunningService extends Service {
  /**
   * Resolves once it has ended as it was asked to, or has no more to do; rejects with what else ended it. May be asked
   * at any time after `start`, and by nobody.
   */
  ended(): Promise<void>
}

/** The running part of a service: one piece of work, ended by whichever comes first of its signal, `stop` and itself. */
export class Running {
  readonly #stop = new AbortController()
  #ended: Promise<void> | null = null
  #opening = false

  /** Begins `work`; it must end soon after its signal fires, by returning or by throwing what an interrupt throws. */
  begin(work: (signal: AbortSignal) => Promise<void>, signal?: AbortSignal): void {
    if (this.#ended !== null) throw startsOnce()
    const either = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal])
    this.#ended = work(either).catch((error: unknown) => {
      if (!isInterrupt(error, either)) throw error
    })
    // Told to those who ask; that nobody does is no error.
    this.#ended.catch(() => undefined)
  }

  /**
   * Begins `work` with what `open` gives, which it has to let go. Nothing is opened by a second start or one after `stop`,
   * which throw, nor once the signal has fired: E_ABORTED. What could not be opened may be tried again.
   */
  async openAndBegin<Opened>(
    open: () => Promise<Opened>,
    work: (opened: Opened, signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.#opening || this.#ended !== null || this.#stop.signal.aborted) throw startsOnce()
    throwIfAborted(signal)
    this.#opening = true
    try {
      const opened = await open()
      this.begin((ending) => work(opened, ending), signal)
    } finally {
      this.#opening = false
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async ended(): Promise<void> {
    await this.#ended
  }
}

function startsOnce(): Error {
  return new Error('a service starts once')
}

/** Whether an exception says no more than that `signal` has fired: its reason, or what the project and Node make of it. */
export function isInterrupt(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted || error === undefined || error === null) return false
  const { name, cause } = error as { readonly name?: unknown; readonly cause?: unknown }
  if (error === signal.reason || errorCode(error) === 'E_ABORTED' || name === 'AbortError') return true
  return isInterrupt(cause, signal)
}
