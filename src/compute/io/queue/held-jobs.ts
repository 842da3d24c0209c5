import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { asError } from '../../../lib/index.ts'
import type { ProvingJob } from '../../queue/job.ts'
import { type JobStatus, queueError } from '../../queue/queue.ts'
import {
  dataOf,
  dropCancelled,
  dropResult,
  JOB_NAME,
  type JobData,
  KEPT,
  readFailure,
  readJob,
  readResult,
  setCancelled,
} from './jobs-on-server.ts'

export interface HeldJobsOptions {
  readonly redis: Redis
  readonly bull: Queue<JobData>
  /** Jobs of all nodes that wait or are worked at; beyond that none is put there. */
  readonly maxJobs: number
  readonly firstBackoffMs: number
}

/** Jobs as a queue's server holds them, of whoever they are. What it says of itself that the server went away is thrown as it comes. */
export class HeldJobs {
  readonly #options: HeldJobsOptions

  constructor(options: HeldJobsOptions) {
    this.#options = options
  }

  async has(id: string): Promise<boolean> {
    return (await this.#options.bull.getJob(id)) !== undefined
  }

  async status(id: string): Promise<JobStatus> {
    const { bull, redis } = this.#options
    // In this order: a job that ends between the two would have failed without a reason.
    const state = await bull.getJobState(id)
    const kept = await bull.getJob(id)
    if (kept === undefined) return { state: 'unknown' }
    const job = readJob(id, kept.data)
    const failures = kept.attemptsMade
    if (job === null)
      return { state: 'failed', failures, error: { code: 'E_JOB', detail: 'the queue has no job there' } }
    if (state === 'completed') {
      const result = await readResult(redis, job)
      return result instanceof Uint8Array ? { state: 'done', result } : { state: 'failed', failures, error: result }
    }
    if (state === 'failed') return { state, failures, error: readFailure(kept.failedReason) }
    return state === 'unknown' ? { state } : { state: state === 'active' ? 'active' : 'waiting', failures }
  }

  /** Puts it there unless it is there. Throws E_QUEUE_FULL. */
  async put(job: ProvingJob): Promise<void> {
    const { bull, maxJobs, firstBackoffMs } = this.#options
    if (await this.has(job.id)) return
    const counts = await bull.getJobCounts('waiting', 'prioritized', 'delayed', 'active')
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
    if (all >= maxJobs) throw queueError('E_QUEUE_FULL', `${all} jobs wait, and no more are taken`)
    const { id, priority, attempts } = job
    await bull.add(JOB_NAME, dataOf(job), {
      ...{ jobId: id, priority, attempts, removeOnComplete: KEPT, removeOnFail: KEPT },
      backoff: { type: 'exponential', delay: firstBackoffMs },
    })
  }

  /** Forgets a job unless somebody works at it. */
  async drop(id: string): Promise<void> {
    const { bull, redis } = this.#options
    await dropResult(redis, id)
    const kept = await bull.getJob(id)
    await kept?.remove().catch((error: unknown) => {
      if (!/locked/.test(asError(error).message)) throw error
    })
  }

  /** The same, and who works at it is told. */
  async cancel(id: string): Promise<void> {
    await setCancelled(this.#options.redis, id)
    await this.drop(id)
  }

  /** Somebody needs it again. */
  async want(id: string): Promise<void> {
    await dropCancelled(this.#options.redis, id)
  }
}
