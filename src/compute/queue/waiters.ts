import { abortedError } from '../../lib/index.ts'

interface Waiter {
  resolve(result: Uint8Array): void
  reject(error: Error): void
}

/** Who waits for the results of jobs, by their ids. */
export class Waiters {
  readonly #all = new Map<string, Set<Waiter>>()

  /** Resolves or rejects as the job does; E_ABORTED as soon as `signal` fires. */
  wait(id: string, signal?: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortedError(signal.reason))
      const waiters = this.#all.get(id) ?? new Set()
      this.#all.set(id, waiters)
      const end = () => {
        waiters.delete(waiter)
        if (waiters.size === 0 && this.#all.get(id) === waiters) this.#all.delete(id)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        resolve: (result) => {
          end()
          resolve(result)
        },
        reject: (error) => {
          end()
          reject(error)
        },
      }
      const onAbort = () => waiter.reject(abortedError(signal?.reason))
      signal?.addEventListener('abort', onAbort)
      waiters.add(waiter)
    })
  }

  resolve(id: string, result: Uint8Array): void {
    for (const waiter of [...(this.#all.get(id) ?? [])]) waiter.resolve(result)
  }

  reject(id: string, error: Error): void {
    for (const waiter of [...(this.#all.get(id) ?? [])]) waiter.reject(error)
  }

  rejectAll(error: Error): void {
    for (const id of [...this.#all.keys()]) this.reject(id, error)
  }
}
