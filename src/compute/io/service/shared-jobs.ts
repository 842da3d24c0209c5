import { isInterrupt, throwIfAborted } from '../../../lib/index.ts'
import type { ProvingJob } from '../../queue/job.ts'
import type { ProvingQueue } from '../../queue/queue.ts'
import { decodeResult, type ProgramResult } from '../../result/result-file.ts'

/** Jobs of a queue which several may need at once: whoever leaves takes nothing from the others. */
export class SharedJobs {
  readonly #queue: ProvingQueue
  /** How many need each job now. */
  readonly #needed = new Map<string, number>()
  readonly #cancelling = new Map<string, Promise<void>>()

  constructor(queue: ProvingQueue) {
    this.#queue = queue
  }

  /** The result of a job. Where nobody needs it any more it is cancelled; what was taken is forgotten there. */
  async prove(job: ProvingJob, signal: AbortSignal): Promise<ProgramResult> {
    const { id } = job
    // Submitted meanwhile, it would be cancelled too.
    while (this.#cancelling.has(id)) await this.#cancelling.get(id)?.catch(() => undefined)
    throwIfAborted(signal)
    this.#needed.set(id, (this.#needed.get(id) ?? 0) + 1)
    try {
      await this.#queue.submit(job)
      const read = decodeResult(await this.#queue.result(id, signal))
      if (!read.ok) throw new RangeError(`a queue gave no result: ${read.detail}`)
      return read.result
    } finally {
      await this.#leave(id, signal)
    }
  }

  async #leave(id: string, signal: AbortSignal): Promise<void> {
    const others = (this.#needed.get(id) ?? 1) - 1
    if (others > 0) {
      this.#needed.set(id, others)
      return
    }
    this.#needed.delete(id)
    // Also where it failed, or does not hold: asked for again, it is proved anew.
    const cancelling = this.#queue.cancel(id).finally(() => this.#cancelling.delete(id))
    this.#cancelling.set(id, cancelling)
    await cancelling.catch((error: unknown) => {
      if (!isInterrupt(error, signal)) throw error
    })
  }
}
