import type { Redis } from 'ioredis'
import { z } from 'zod'
import { hash256 } from '../../../lib/index.ts'
import { checkQueuedResult, decodeJob, encodeJob, MAX_QUEUED_RESULT, type ProvingJob } from '../../queue/job.ts'
import type { JobFailure, QueueErrorCode } from '../../queue/queue.ts'

/** What a queue's server holds, and how it is read: everything there was written by somebody else. */

export const PREFIX = 'wsc'
export const QUEUE = 'proving'
/** Every job has it. */
export const JOB_NAME = 'prove'

/** How long results are kept there: a node that was away for less hears of them. */
const RESULT_MS = 24 * 3_600_000
/** How long it is told that nobody needs a job: longer than any proof takes. */
const CANCELLED_MS = 24 * 3_600_000

/** What BullMQ keeps of jobs that have ended. */
export const KEPT = { age: RESULT_MS / 1000, count: 10_000 } as const
/** Events that are kept for who was away. */
export const MAX_EVENTS = 2_000

/** Data of a job. */
export interface JobData {
  readonly job: string
}

const dataSchema = z.strictObject({ job: z.string() })

export const dataOf = (job: ProvingJob): JobData => ({ job: encodeJob(job) })

/** The job in what a server says under an id; null where it is none, or another's. */
export function readJob(id: string | undefined, data: unknown): ProvingJob | null {
  const read = dataSchema.safeParse(data)
  if (!read.success) return null
  const decoded = decodeJob(read.data.job)
  return decoded.ok && decoded.job.id === id ? decoded.job : null
}

const resultKey = (id: string) => `${PREFIX}:${QUEUE}-result:${id}`
const cancelKey = (id: string) => `${PREFIX}:${QUEUE}-cancelled:${id}`

/** Before its job is done: events and jobs carry no results, so that they stay small. */
export async function writeResult(redis: Redis, id: string, result: Uint8Array): Promise<void> {
  await redis.set(resultKey(id), Buffer.from(result), 'PX', RESULT_MS)
}

/** The result under a job's id, or why there is none. */
export async function readResult(redis: Redis, job: ProvingJob): Promise<Uint8Array | JobFailure> {
  const missing = (detail: string): JobFailure => ({ code: 'E_JOB', detail })
  const length = await redis.strlen(resultKey(job.id))
  if (length === 0) return missing('the queue has no result of it')
  if (length > MAX_QUEUED_RESULT) return missing(`a result of ${length} bytes`)
  const buffer = await redis.getBuffer(resultKey(job.id))
  if (buffer === null) return missing('the queue has no result of it')
  const result = Uint8Array.from(buffer)
  const checked = checkQueuedResult(job, result)
  return checked.ok ? result : missing(`${checked.detail} (${checked.reject})`)
}

export async function dropResult(redis: Redis, id: string): Promise<void> {
  await redis.del(resultKey(id))
}

export async function setCancelled(redis: Redis, id: string): Promise<void> {
  await redis.set(cancelKey(id), '1', 'PX', CANCELLED_MS)
}

export async function dropCancelled(redis: Redis, id: string): Promise<void> {
  await redis.del(cancelKey(id))
}

export const isCancelled = async (redis: Redis, id: string): Promise<boolean> =>
  (await redis.exists(cancelKey(id))) === 1

/** Characters of a failure that cross the queue. */
const MAX_DETAIL = 2_000

export const CANCELLED = 'E_JOB_CANCELLED'

/** A failure as the text that BullMQ keeps of it. */
export const failureText = ({ code, detail }: JobFailure): string => `${code} ${detail.slice(0, MAX_DETAIL)}`

export function readFailure(text: unknown): JobFailure {
  const said = typeof text === 'string' ? text.slice(0, MAX_DETAIL + 64) : ''
  const [, code, detail] = /^(E_[A-Z0-9_]{1,60}) ([\s\S]*)$/.exec(said) ?? []
  if (code !== undefined && detail !== undefined) return { code, detail }
  // BullMQ's own: workers were lost with it, again and again.
  const stalled: QueueErrorCode = 'E_JOB_STALLED'
  return { code: said.includes('stalled') ? stalled : 'E_INTERNAL', detail: said }
}

/** What a worker tells of a try that failed. */
const retryingSchema = z.object({
  jobId: hash256,
  failures: z.coerce.number().int().min(1).max(1_000),
  failure: z.string(),
})

export const RETRYING = 'wsc-retrying'

export interface RetryingEvent {
  readonly id: string
  readonly failures: number
  readonly error: JobFailure
}

export function readRetrying(event: unknown): RetryingEvent | null {
  const read = retryingSchema.safeParse(event)
  if (!read.success) return null
  const { jobId, failures, failure } = read.data
  return { id: jobId, failures, error: readFailure(failure) }
}
