import { type Events, type Service, WscError, type WscErrorOptions } from '../../lib/index.ts'
import type { ProvingJob } from './job.ts'

/**
 * Exceptions of a queue: no queue can be made of what was given; a job that is none; so many jobs wait that no more are
 * taken; the server cannot be reached; a job that failed for good, was cancelled, is not known, is of a program that is not served here, or has ended
 * all workers that took it.
 */
export type QueueErrorCode =
  | 'E_QUEUE'
  | 'E_QUEUE_FULL'
  | 'E_QUEUE_DOWN'
  | 'E_JOB'
  | 'E_JOB_FAILED'
  | 'E_JOB_CANCELLED'
  | 'E_JOB_UNKNOWN'
  | 'E_JOB_UNSERVED'
  | 'E_JOB_STALLED'

export function queueError(code: QueueErrorCode, message: string, options?: WscErrorOptions): WscError<QueueErrorCode> {
  return new WscError(code, message, options)
}

/** Where a job stands. */
export type JobStatus =
  | { readonly state: 'unknown' }
  /** For its first try, or for a further one. */
  | { readonly state: 'waiting'; readonly failures: number }
  | { readonly state: 'active'; readonly failures: number }
  | { readonly state: 'done'; readonly result: Uint8Array }
  | { readonly state: 'failed'; readonly failures: number; readonly error: JobFailure }

/** Why a try failed. */
export interface JobFailure {
  readonly code: string
  readonly detail: string
}

/** What a queue tells. */
export interface QueueEvents {
  /** Of a job that was submitted here. The result is of this job; whether it holds is not judged. */
  readonly done: { readonly id: string; readonly result: Uint8Array }
  /** A try failed, and a further one follows. */
  readonly retrying: { readonly id: string; readonly failures: number; readonly error: JobFailure }
  /** For good: as often as the job allows, or such that no further try would help. */
  readonly failed: { readonly id: string; readonly failures: number; readonly error: JobFailure }
  /** The server cannot be reached; what was submitted is kept here meanwhile. */
  readonly down: { readonly detail: string }
  /** It can again; so many jobs that it no longer had were submitted anew. */
  readonly up: { readonly resubmitted: number }
  /** The server may lose jobs when it ends, or is otherwise set up differently than it should be. */
  readonly warning: { readonly detail: string }
}

/**
 * Proving jobs, which are done in this process or by workers of other machines; both pass one contract suite. A job is
 * done at least once, and has one result: whichever comes first.
 */
export interface ProvingQueue extends Service {
  readonly events: Events<QueueEvents>
  /**
   * Submits a job, or takes part in the same one that is there already: its id decides. One that failed before is tried
   * again from the beginning. Throws E_JOB for what is no job, E_QUEUE_FULL where too many wait.
   */
  submit(job: ProvingJob): Promise<JobStatus>
  /** Throws E_QUEUE_DOWN where only the server would know. */
  status(id: string): Promise<JobStatus>
  /**
   * Waits for the result of a job that was submitted here. Throws E_JOB_FAILED, E_JOB_CANCELLED, or E_JOB_UNKNOWN; what ends
   * the waiting by `signal` leaves the job as it is.
   */
  result(id: string, signal?: AbortSignal): Promise<Uint8Array>
  /** Nobody needs it any more: it is forgotten, and who works at it is told to stop. */
  cancel(id: string): Promise<void>
}

/** Errors that another try does not mend: the job itself is wrong, wherever it is tried. */
const FOR_GOOD = new Set(['E_JOB', 'E_WITNESS', 'E_WITNESS_MODULE', 'E_PROGRAM', 'E_MANIFEST'])

export function isForGood(code: string): boolean {
  return FOR_GOOD.has(code)
}

/** Pause before the next try, milliseconds: doubled with each failure. */
export function backoffMs(firstMs: number, failures: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), MAX_BACKOFF_MS)
}

const MAX_BACKOFF_MS = 60_000
