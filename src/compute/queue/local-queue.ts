import {
  anInteger,
  asError,
  Emitter,
  errorCode,
  type OptionRules,
  optional,
  requireOptions,
  throwIfAborted,
} from '../../lib/index.ts'
import { checkQueuedResult, decodeJob, encodeJob, type ProveJob, type ProvingJob } from './job.ts'
import {
  backoffMs,
  isForGood,
  type JobFailure,
  type JobStatus,
  type ProvingQueue,
  type QueueEvents,
  queueError,
} from './queue.ts'
import { Waiters } from './waiters.ts'

export interface LocalQueueOptions {
  /** Jobs at a time; one by default, for a proof takes every core. */
  readonly concurrency?: number
  /** Jobs that wait or are worked at; beyond that none is taken. */
  readonly maxJobs?: number
  /** Results and failures that are remembered, the newest. */
  readonly keep?: number
  /** Pause after the first failure of a job; doubled with each further one. */
  readonly firstBackoffMs?: number
}

const RULES: OptionRules<LocalQueueOptions> = {
  concurrency: optional(anInteger(1, 256)),
  maxJobs: optional(anInteger(1, 1_000_000)),
  keep: optional(anInteger(0, 1_000_000)),
  firstBackoffMs: optional(anInteger(1, 60_000)),
}

interface Entry {
  readonly job: ProvingJob
  /** Of submission: equal priorities are taken in this order. */
  readonly order: number
  failures: number
  /** While it is worked at. */
  active?: AbortController
  /** While it pauses after a failure. */
  pause?: ReturnType<typeof setTimeout>
}

type Ended = Extract<JobStatus, { readonly state: 'done' | 'failed' }>

/** A queue within this process: jobs are proved here, so many at a time. They end with the process; whoever wants them submits them again. */
export class LocalQueue implements ProvingQueue {
  readonly events = new Emitter<QueueEvents>()
  readonly #prove: ProveJob
  readonly #options: Required<LocalQueueOptions>
  readonly #jobs = new Map<string, Entry>()
  readonly #ended = new Map<string, Ended>()
  readonly #waiters = new Waiters()
  readonly #running = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #orders = 0
  #isStarted = false

  constructor(prove: ProveJob, options: LocalQueueOptions = {}) {
    requireOptions('LocalQueue', options, RULES)
    this.#prove = prove
    this.#options = { concurrency: 1, maxJobs: 10_000, keep: 1_000, firstBackoffMs: 1_000, ...options }
  }

  async start(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (this.#isStarted || this.#stopping.signal.aborted) throw new Error('a service starts once')
    this.#isStarted = true
    signal?.addEventListener('abort', () => void this.stop(), { once: true, signal: this.#stopping.signal })
    this.#take()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const entry of this.#jobs.values()) {
      clearTimeout(entry.pause)
      entry.active?.abort()
    }
    await Promise.all(this.#running)
    this.#waiters.rejectAll(queueError('E_QUEUE_DOWN', 'the queue was stopped'))
  }

  async submit(job: ProvingJob): Promise<JobStatus> {
    const read = decodeJob(encodeJob(job))
    if (!read.ok) throw queueError('E_JOB', `not submitted: ${read.detail}`)
    if (this.#stopping.signal.aborted) throw queueError('E_QUEUE_DOWN', 'the queue was stopped')
    const { id } = read.job
    if (this.#ended.get(id)?.state === 'failed') this.#ended.delete(id)
    if (!this.#jobs.has(id) && !this.#ended.has(id)) {
      if (this.#jobs.size >= this.#options.maxJobs) {
        throw queueError('E_QUEUE_FULL', `${this.#jobs.size} jobs wait, and no more are taken`)
      }
      this.#jobs.set(id, { job: read.job, order: this.#orders++, failures: 0 })
      this.#take()
    }
    return await this.status(id)
  }

  async status(id: string): Promise<JobStatus> {
    const entry = this.#jobs.get(id)
    if (entry === undefined) return this.#ended.get(id) ?? { state: 'unknown' }
    return { state: entry.active === undefined ? 'waiting' : 'active', failures: entry.failures }
  }

  async result(id: string, signal?: AbortSignal): Promise<Uint8Array> {
    const ended = this.#ended.get(id)
    if (ended?.state === 'done') return ended.result
    if (ended !== undefined) throw queueError('E_JOB_FAILED', `${ended.error.detail} (${ended.error.code})`)
    if (!this.#jobs.has(id)) throw queueError('E_JOB_UNKNOWN', `no job ${id} was submitted`)
    return await this.#waiters.wait(id, signal)
  }

  async cancel(id: string): Promise<void> {
    const entry = this.#jobs.get(id)
    this.#ended.delete(id)
    this.#jobs.delete(id)
    clearTimeout(entry?.pause)
    entry?.active?.abort()
    this.#waiters.reject(id, queueError('E_JOB_CANCELLED', `job ${id} was cancelled`))
  }

  /** Begins as many jobs as may be worked at. */
  #take(): void {
    while (this.#isStarted && !this.#stopping.signal.aborted && this.#running.size < this.#options.concurrency) {
      const next = this.#next()
      if (next === undefined) return
      const work = this.#work(next).finally(() => {
        this.#running.delete(work)
        this.#take()
      })
      this.#running.add(work)
    }
  }

  #next(): Entry | undefined {
    let best: Entry | undefined
    for (const entry of this.#jobs.values()) {
      if (entry.active !== undefined || entry.pause !== undefined) continue
      if (best === undefined || isBefore(entry, best)) best = entry
    }
    return best
  }

  async #work(entry: Entry): Promise<void> {
    const { job } = entry
    const active = new AbortController()
    entry.active = active
    try {
      const result = await this.#prove(job, active.signal)
      const checked = checkQueuedResult(job, result)
      if (!checked.ok) throw queueError('E_JOB', `${checked.detail} (${checked.reject})`)
      if (this.#isOurs(entry)) this.#end(job.id, { state: 'done', result })
    } catch (error) {
      delete entry.active
      if (!this.#isOurs(entry) || this.#stopping.signal.aborted) return
      this.#failed(entry, { code: errorCode(error) ?? 'E_INTERNAL', detail: asError(error).message })
    }
  }

  /** Else it was cancelled meanwhile. */
  #isOurs(entry: Entry): boolean {
    return this.#jobs.get(entry.job.id) === entry
  }

  #failed(entry: Entry, error: JobFailure): void {
    const { id, attempts } = entry.job
    const failures = ++entry.failures
    if (failures >= attempts || isForGood(error.code)) {
      this.#end(id, { state: 'failed', failures, error })
      return
    }
    entry.pause = setTimeout(
      () => {
        delete entry.pause
        this.#take()
      },
      backoffMs(this.#options.firstBackoffMs, failures),
    )
    this.events.emit('retrying', { id, failures, error })
  }

  #end(id: string, ended: Ended): void {
    this.#jobs.delete(id)
    this.#ended.set(id, ended)
    if (this.#ended.size > this.#options.keep) this.#ended.delete(this.#ended.keys().next().value as string)
    if (ended.state === 'done') {
      this.#waiters.resolve(id, ended.result)
      this.events.emit('done', { id, result: ended.result })
    } else {
      const { failures, error } = ended
      this.#waiters.reject(id, queueError('E_JOB_FAILED', `${error.detail} (${error.code})`))
      this.events.emit('failed', { id, failures, error })
    }
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.job.priority !== b.job.priority ? a.job.priority < b.job.priority : a.order < b.order
}
