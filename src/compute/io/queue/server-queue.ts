import type { QueueEvents as BullEvents, Queue, QueueEventsListener } from 'bullmq'
import type { Redis } from 'ioredis'
import {
  anInteger,
  asError,
  Emitter,
  errorCode,
  type OptionRules,
  optional,
  requireOptions,
  throwIfAborted,
} from '../../../lib/index.ts'
import { decodeJob, encodeJob, type ProvingJob } from '../../queue/job.ts'
import { type JobStatus, type ProvingQueue, type QueueEvents, queueError } from '../../queue/queue.ts'
import { Waiters } from '../../queue/waiters.ts'
import { HeldJobs } from './held-jobs.ts'
import { CANCELLED, type JobData, MAX_EVENTS, PREFIX, QUEUE, RETRYING, readRetrying } from './jobs-on-server.ts'
import { connect, openConnection, type QueueServer, serverName, settingFaults } from './server.ts'

export interface ServerQueueOptions {
  /** Jobs of all nodes that wait or are worked at; beyond that none is taken. */
  readonly maxJobs?: number
  /** Pause after the first failure of a job; doubled with each further one. */
  readonly firstBackoffMs?: number
  /** How often the server is asked what became of jobs, for events that were not heard. */
  readonly sweepMs?: number
}

const RULES: OptionRules<ServerQueueOptions> = {
  maxJobs: optional(anInteger(1, 1_000_000)),
  firstBackoffMs: optional(anInteger(1, 60_000)),
  sweepMs: optional(anInteger(10, 3_600_000)),
}

/** What is open while the queue runs. */
interface Opened {
  readonly redis: Redis
  readonly listening: Redis
  readonly bull: Queue<JobData>
  readonly events: BullEvents
  readonly jobs: HeldJobs
}

/** Events of ours beside BullMQ's own. */
interface Retrying extends QueueEventsListener {
  [RETRYING]: (event: unknown, id: string) => void
}

/**
 * A queue on a server, which workers of any machine take jobs from (`QueueWorker`). What was submitted here is kept until it
 * has ended: a server that comes back without it is given it again.
 */
export class ServerQueue implements ProvingQueue {
  readonly events = new Emitter<QueueEvents>()
  readonly #server: QueueServer
  readonly #options: Required<ServerQueueOptions>
  readonly #wanted = new Map<string, ProvingJob>()
  readonly #waiters = new Waiters()
  readonly #stopping = new AbortController()
  #opened: Opened | undefined
  #isUp = false
  #resubmitted = 0
  #sweeping: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(server: QueueServer, options: ServerQueueOptions = {}) {
    requireOptions('ServerQueue', options, RULES)
    this.#server = server
    this.#options = { maxJobs: 10_000, firstBackoffMs: 1_000, sweepMs: 15_000, ...options }
  }

  /** Rejects with E_QUEUE_DOWN where there is no server, E_QUEUE where it lets nobody in. */
  async start(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (this.#opened !== undefined || this.#stopping.signal.aborted) throw new Error('a service starts once')
    const redis = await openConnection(this.#server, false)
    await connect(redis, this.#server, signal)
    const listening = await openConnection(this.#server, true)
    const { Queue, QueueEvents } = await import('bullmq')
    const streams = { events: { maxLen: MAX_EVENTS } }
    const bull = new Queue<JobData>(QUEUE, { connection: redis, prefix: PREFIX, streams })
    // From now on, by the server's clock: what happens before the first reading begins is heard too.
    const lastEventId = `${1_000 * Number((await redis.time())[0])}-0`
    const events = new QueueEvents(QUEUE, { connection: listening, prefix: PREFIX, lastEventId })
    const { maxJobs, firstBackoffMs } = this.#options
    const jobs = new HeldJobs({ redis, bull, maxJobs, firstBackoffMs })
    this.#opened = { redis, listening, bull, events, jobs }
    this.#isUp = true
    // Connections tell of themselves; what they tell on the way is no failure of anybody's.
    const none = () => undefined
    for (const connection of [redis, listening]) connection.on('error', none)
    bull.on('error', none)
    events.on('error', none)
    redis.on('close', () => this.#onDown())
    redis.on('ready', () => void this.#onUp())
    this.#listen(events)
    for (const detail of await settingFaults(redis)) this.events.emit('warning', { detail })
    this.#timer = setInterval(() => void this.#sweep(), this.#options.sweepMs)
    signal?.addEventListener('abort', () => void this.stop(), { once: true, signal: this.#stopping.signal })
    if (signal?.aborted) {
      await this.stop()
      throwIfAborted(signal)
    }
    await this.#sweep()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#timer)
    this.#waiters.rejectAll(queueError('E_QUEUE_DOWN', 'the queue was stopped'))
    const opened = this.#opened
    if (opened === undefined) return
    const { redis, listening, bull, events } = opened
    await Promise.allSettled([events.close(), bull.close()])
    redis.disconnect()
    listening.disconnect()
    await this.#sweeping
  }

  async submit(job: ProvingJob): Promise<JobStatus> {
    const read = decodeJob(encodeJob(job))
    if (!read.ok) throw queueError('E_JOB', `not submitted: ${read.detail}`)
    if (this.#stopping.signal.aborted) throw queueError('E_QUEUE_DOWN', 'the queue was stopped')
    const { job: checked } = read
    const { id } = checked
    try {
      const { jobs } = this.#reach()
      await jobs.want(id)
      // What failed before is gone before anybody looks what became of this one.
      if ((await jobs.status(id)).state === 'failed') await jobs.drop(id)
      this.#wanted.set(id, checked)
      await jobs.put(checked)
      const status = await jobs.status(id)
      if (status.state === 'done' || status.state === 'failed') await this.#settle(jobs, id)
      return status
    } catch (error) {
      if (errorCode(error) === 'E_QUEUE_DOWN' || this.#isAway(error)) {
        // Kept here: it is put there when the server is back.
        this.#wanted.set(id, checked)
        return { state: 'waiting', failures: 0 }
      }
      this.#wanted.delete(id)
      throw error
    }
  }

  async status(id: string): Promise<JobStatus> {
    return await this.#asking(async (jobs) => {
      const status = await jobs.status(id)
      const isGone = status.state === 'unknown' || (status.state === 'failed' && status.error.code === CANCELLED)
      // What is wanted is on its way there.
      if (isGone) return this.#wanted.has(id) ? { state: 'waiting', failures: 0 } : { state: 'unknown' }
      return status
    })
  }

  async result(id: string, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#stopping.signal.aborted) throw queueError('E_QUEUE_DOWN', 'the queue was stopped')
    if (this.#wanted.has(id)) return await this.#waiters.wait(id, signal)
    const status = await this.status(id)
    if (status.state === 'done') return status.result
    if (status.state === 'failed') {
      throw queueError('E_JOB_FAILED', `${status.error.detail} (${status.error.code})`)
    }
    throw queueError('E_JOB_UNKNOWN', `no job ${id} was submitted`)
  }

  async cancel(id: string): Promise<void> {
    this.#wanted.delete(id)
    this.#waiters.reject(id, queueError('E_JOB_CANCELLED', `job ${id} was cancelled`))
    await this.#asking((jobs) => jobs.cancel(id))
  }

  #reach(): Opened {
    if (this.#opened !== undefined && this.#isUp) return this.#opened
    throw queueError('E_QUEUE_DOWN', `the queue's server ${serverName(this.#server)} cannot be reached`)
  }

  /** Whether an error only says that the server went away. */
  #isAway(error: unknown): boolean {
    return (
      !this.#isUp ||
      /Connection is closed|max retries|Command timed out|Stream isn't writeable|LOADING/.test(asError(error).message)
    )
  }

  async #asking<T>(ask: (jobs: HeldJobs) => Promise<T>): Promise<T> {
    const { jobs } = this.#reach()
    try {
      return await ask(jobs)
    } catch (cause) {
      if (!this.#isAway(cause)) throw cause
      throw queueError('E_QUEUE_DOWN', `the queue's server ${serverName(this.#server)} went away`, { cause })
    }
  }

  #listen(events: BullEvents): void {
    const ended = ({ jobId }: { readonly jobId: string }) => {
      if (this.#wanted.has(jobId)) void this.#trying(() => this.#settle(this.#reach().jobs, jobId))
    }
    events.on('completed', ended)
    events.on('failed', ended)
    const onRetrying = (event: unknown) => {
      const read = readRetrying(event)
      if (read !== null && this.#wanted.has(read.id)) this.events.emit('retrying', read)
    }
    events.on<Retrying, typeof RETRYING>(RETRYING, onRetrying)
  }

  /** Tells the end of a job that was submitted here, once. */
  async #settle(jobs: HeldJobs, id: string): Promise<void> {
    const status = await jobs.status(id)
    const job = this.#wanted.get(id)
    if (job === undefined) return
    if (status.state === 'unknown') return await jobs.put(job)
    if (status.state === 'done') {
      this.#wanted.delete(id)
      this.#waiters.resolve(id, status.result)
      this.events.emit('done', { id, result: status.result })
    }
    if (status.state !== 'failed') return
    const { failures, error } = status
    // Of another node's that needs it no more; this one does.
    if (error.code === CANCELLED) {
      await jobs.drop(id)
      await jobs.want(id)
      return await jobs.put(job)
    }
    this.#wanted.delete(id)
    this.#waiters.reject(id, queueError('E_JOB_FAILED', `${error.detail} (${error.code})`))
    this.events.emit('failed', { id, failures, error })
  }

  /** What fails because the server is away is done again when it is back. */
  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (errorCode(error) === 'E_QUEUE_DOWN' || this.#isAway(error) || this.#stopping.signal.aborted) return
      this.events.emit('warning', { detail: asError(error).message })
    }
  }

  #onDown(): void {
    if (!this.#isUp || this.#stopping.signal.aborted) return
    this.#isUp = false
    this.events.emit('down', { detail: `the queue's server ${serverName(this.#server)} went away` })
  }

  async #onUp(): Promise<void> {
    if (this.#isUp || this.#stopping.signal.aborted) return
    this.#isUp = true
    const before = this.#resubmitted
    await this.#sweep()
    this.events.emit('up', { resubmitted: this.#resubmitted - before })
  }

  /** Asks what became of every job that is wanted; puts there what the server does not have. */
  #sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(() =>
      this.#trying(async () => {
        for (const id of [...this.#wanted.keys()]) {
          if (this.#stopping.signal.aborted) return
          const { jobs } = this.#reach()
          if (!(await jobs.has(id))) this.#resubmitted++
          await this.#settle(jobs, id)
        }
      }),
    )
    return this.#sweeping
  }
}
