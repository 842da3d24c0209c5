import type { Job, QueueEventsProducer, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import {
  anInteger,
  asError,
  Emitter,
  type Events,
  errorCode,
  type OptionRules,
  optional,
  requireOptions,
  type Service,
  throwIfAborted,
} from '../../../lib/index.ts'
import { checkQueuedResult, type ProveJob, type ProvingJob } from '../../queue/job.ts'
import { isForGood, type JobFailure, queueError } from '../../queue/queue.ts'
import {
  CANCELLED,
  failureText,
  isCancelled,
  type JobData,
  MAX_EVENTS,
  PREFIX,
  QUEUE,
  RETRYING,
  readJob,
  readResult,
  writeResult,
} from './jobs-on-server.ts'
import { connect, openConnection, type QueueServer, serverName, settingFaults } from './server.ts'

export interface QueueWorkerOptions {
  /** Jobs at a time; one by default, for a proof takes every core. */
  readonly concurrency?: number
  /** Who has not been heard of for so long is taken for gone, and his job given to another. */
  readonly lockMs?: number
  /** How often it is asked whether somebody still needs what is worked at. */
  readonly cancelPollMs?: number
  /** A stop waits so long for what is worked at before it gives it back. */
  readonly graceMs?: number
  /** How long a job of a program that is not served here rests before it is offered again, to whoever is first. */
  readonly unservedMs?: number
}

const RULES: OptionRules<QueueWorkerOptions> = {
  concurrency: optional(anInteger(1, 256)),
  lockMs: optional(anInteger(200, 3_600_000)),
  cancelPollMs: optional(anInteger(10, 60_000)),
  graceMs: optional(anInteger(0, 3_600_000)),
  unservedMs: optional(anInteger(10, 600_000)),
}

export interface QueueWorkerEvents {
  readonly taken: { readonly job: ProvingJob }
  readonly done: { readonly job: ProvingJob; readonly bytes: number }
  readonly failed: { readonly job: ProvingJob; readonly error: JobFailure }
  readonly cancelled: { readonly job: ProvingJob }
  /** Back to the queue, for another worker: this one stops, or does not serve the program. */
  readonly returned: { readonly job: ProvingJob }
  readonly down: { readonly detail: string }
  readonly up: object
  readonly warning: { readonly detail: string }
}

/** As often a job may end its workers before it counts as failed: one that takes all memory would end all of them. */
const MAX_STALLED = 5
/** Beside the grace: what the server is still told when the worker stops. */
const CLOSE_MS = 5_000

interface Opened {
  readonly redis: Redis
  readonly waiting: Redis
  readonly worker: Worker<JobData>
  readonly producer: QueueEventsProducer
}

/** Takes jobs from a queue's server, and proves them. */
export class QueueWorker implements Service {
  readonly #events = new Emitter<QueueWorkerEvents>()
  readonly #server: QueueServer
  readonly #prove: ProveJob
  readonly #options: Required<QueueWorkerOptions>
  readonly #active = new Set<AbortController>()
  readonly #stopping = new AbortController()
  #opened: Opened | undefined
  #isUp = true
  #stopped: Promise<void> | undefined

  constructor(server: QueueServer, prove: ProveJob, options: QueueWorkerOptions = {}) {
    requireOptions('QueueWorker', options, RULES)
    this.#server = server
    this.#prove = prove
    const defaults = { concurrency: 1, lockMs: 30_000, cancelPollMs: 1_000, graceMs: 20_000, unservedMs: 2_000 }
    this.#options = { ...defaults, ...options }
  }

  get events(): Events<QueueWorkerEvents> {
    return this.#events
  }

  /** Rejects with E_QUEUE_DOWN where there is no server, E_QUEUE where it lets nobody in. */
  async start(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (this.#opened !== undefined || this.#stopping.signal.aborted) throw new Error('a service starts once')
    const redis = await openConnection(this.#server, false)
    await connect(redis, this.#server, signal)
    const waiting = await openConnection(this.#server, true)
    const bullmq = await import('bullmq')
    const { concurrency, lockMs } = this.#options
    const worker = new bullmq.Worker<JobData>(QUEUE, (job, token) => this.#work(bullmq, job, token), {
      ...{ connection: waiting, prefix: PREFIX, concurrency, lockDuration: lockMs },
      ...{ stalledInterval: lockMs / 2, maxStalledCount: MAX_STALLED, runRetryDelay: 500 },
    })
    const producer = new bullmq.QueueEventsProducer(QUEUE, { connection: redis, prefix: PREFIX })
    this.#opened = { redis, waiting, worker, producer }
    const none = () => undefined
    for (const connection of [redis, waiting]) connection.on('error', none)
    producer.on('error', none)
    worker.on('error', (error) => {
      if (!this.#isUp || this.#stopping.signal.aborted) return
      this.#events.emit('warning', { detail: error.message })
    })
    redis.on('close', () => {
      if (!this.#isUp || this.#stopping.signal.aborted) return
      this.#isUp = false
      this.#events.emit('down', { detail: `the queue's server ${serverName(this.#server)} went away` })
    })
    redis.on('ready', () => {
      if (this.#isUp || this.#stopping.signal.aborted) return
      this.#isUp = true
      this.#events.emit('up', {})
    })
    for (const detail of await settingFaults(redis)) this.#events.emit('warning', { detail })
    signal?.addEventListener('abort', () => void this.stop(), { once: true, signal: this.#stopping.signal })
    if (signal?.aborted) {
      await this.stop()
      throwIfAborted(signal)
    }
  }

  /** Takes no further job; finishes what it works at, or gives it back when that takes too long. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#stopping.abort()
    const opened = this.#opened
    if (opened === undefined) return
    const { redis, waiting, worker, producer } = opened
    const giveBack = setTimeout(() => {
      for (const active of this.#active) active.abort()
    }, this.#options.graceMs)
    const force = Promise.withResolvers<void>()
    // The server may be away: what was worked at is taken by others when it is back.
    const forcing = setTimeout(() => force.resolve(), this.#options.graceMs + CLOSE_MS)
    await Promise.race([worker.close().catch(() => undefined), force.promise])
    clearTimeout(giveBack)
    clearTimeout(forcing)
    await producer.close().catch(() => undefined)
    redis.disconnect()
    waiting.disconnect()
    worker.disconnect().catch(() => undefined)
  }

  async #work(bullmq: typeof import('bullmq'), kept: Job<JobData>, token: string | undefined): Promise<object> {
    const { redis, waiting, producer } = this.#opened as Opened
    const forGood = (failure: JobFailure) => new bullmq.UnrecoverableError(failureText(failure))
    const job = readJob(kept.id, kept.data)
    if (job === null) throw forGood({ code: 'E_JOB', detail: 'the queue has no job there' })
    const active = new AbortController()
    const cancelled = new AbortController()
    const ask = setInterval(() => {
      isCancelled(redis, job.id).then(
        (is) => is && cancelled.abort(),
        () => undefined,
      )
    }, this.#options.cancelPollMs)
    this.#active.add(active)
    try {
      this.#events.emit('taken', { job })
      if (await isCancelled(redis, job.id).catch(() => false)) cancelled.abort()
      const result = await this.#proved(redis, job, AbortSignal.any([active.signal, cancelled.signal]))
      // Waits for a server that is away.
      await writeResult(waiting, job.id, result)
      this.#events.emit('done', { job, bytes: result.length })
      return { bytes: result.length }
    } catch (error) {
      if (cancelled.signal.aborted) {
        this.#events.emit('cancelled', { job })
        throw forGood({ code: CANCELLED, detail: 'nobody needs it any more' })
      }
      if (active.signal.aborted) {
        this.#events.emit('returned', { job })
        await kept.moveToWait(token)
        throw new bullmq.WaitingError()
      }
      const failure: JobFailure = { code: errorCode(error) ?? 'E_INTERNAL', detail: asError(error).message }
      if (failure.code === 'E_JOB_UNSERVED') {
        this.#events.emit('returned', { job })
        await kept.moveToDelayed(Date.now() + this.#options.unservedMs, token)
        throw new bullmq.DelayedError()
      }
      this.#events.emit('failed', { job, error: failure })
      const failures = kept.attemptsMade + 1
      if (isForGood(failure.code)) throw forGood(failure)
      if (failures < job.attempts) {
        const event = { eventName: RETRYING, jobId: job.id, failures, failure: failureText(failure) }
        await producer.publishEvent(event, MAX_EVENTS).catch(() => undefined)
      }
      throw new Error(failureText(failure))
    } finally {
      clearInterval(ask)
      this.#active.delete(active)
    }
  }

  /** What the server has already is not proved again: it came back without the job, but with its result. */
  async #proved(redis: Redis, job: ProvingJob, signal: AbortSignal): Promise<Uint8Array> {
    const before = await readResult(redis, job).catch(() => null)
    if (before instanceof Uint8Array) return before
    signal.throwIfAborted()
    const result = await this.#prove(job, signal)
    const checked = checkQueuedResult(job, result)
    if (!checked.ok) throw queueError('E_JOB', `${checked.detail} (${checked.reject})`)
    return result
  }
}
