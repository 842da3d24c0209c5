import { afterEach, describe, expect, test } from 'vitest'
import type { ProveJob, ProvingJob } from '../../src/compute/queue/job.ts'
import { type ProvingQueue, type QueueEvents, queueError } from '../../src/compute/queue/queue.ts'
import { jobOf, resultOf } from './queue-jobs.ts'

export interface ContractOptions {
  /** Jobs at a time, of all workers together. */
  readonly concurrency: number
  readonly maxJobs: number
  readonly firstBackoffMs: number
}

/** A queue that is started, and whoever works at its jobs. */
export interface QueuePlace {
  readonly queue: ProvingQueue
  close(): Promise<void>
}

type Open = (prove: ProveJob, options: ContractOptions) => Promise<QueuePlace>

/** What every queue of proving jobs does, whoever proves. */
export function queueContract(name: string, openPlace: Open): void {
  const opened: QueuePlace[] = []
  afterEach(async () => {
    for (const place of opened.splice(0)) await place.close()
  })
  const open = async (prove: ProveJob, options: Partial<ContractOptions> = {}) => {
    const place = await openPlace(prove, { concurrency: 1, maxJobs: 1_000, firstBackoffMs: 1, ...options })
    opened.push(place)
    return place.queue
  }

  describe(`${name}: a queue of proving jobs`, () => {
    test('gives the result of a job as it was submitted, to all who wait', async () => {
      const seen: ProvingJob[] = []
      const queue = await open(async (job) => {
        seen.push(job)
        return resultOf(job)
      })
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256)
      const named = { name: 'large', sha256: 'cd'.repeat(32), length: 5_000_000 }
      const job = jobOf(1, { inputs: [{ name: 'body', bytes }, named], priority: 0 })
      const done = next(queue, 'done')
      await queue.submit(job)
      const [first, second] = await Promise.all([queue.result(job.id), queue.result(job.id)])
      expect(first).toEqual(resultOf(job))
      expect(second).toEqual(first)
      expect(await done).toEqual({ id: job.id, result: first })
      expect(await queue.status(job.id)).toEqual({ state: 'done', result: first })
      expect(seen).toEqual([job])
    })

    test('takes jobs of every kind of program, with all that they read', async () => {
      const seen: ProvingJob[] = []
      const queue = await open(async (job) => {
        seen.push(job)
        return resultOf(job)
      })
      // A stream reads the chain alone; headers that were opened are JSON, and transactions bytes, up to the limit.
      const opened = { name: 'arguments', bytes: new TextEncoder().encode('{"ordinal":"7"}') }
      const counted = { name: 'transactions', bytes: new Uint8Array(1 << 20).fill(3) }
      const jobs = [
        jobOf(1, { kind: 'stream', inputs: [] }),
        jobOf(2, { kind: 'circuit', inputs: [opened] }),
        jobOf(3, { kind: 'transactions', inputs: [counted] }),
      ]
      for (const job of jobs) {
        await queue.submit(job)
        expect(await queue.result(job.id)).toEqual(resultOf(job))
      }
      expect(seen).toEqual(jobs)
    })

    test('does a job once, however often it is submitted', async () => {
      let runs = 0
      const gate = Promise.withResolvers<void>()
      const queue = await open(async (job) => {
        runs++
        await gate.promise
        return resultOf(job)
      })
      for (let i = 0; i < 3; i++) await queue.submit(jobOf(2))
      gate.resolve()
      await queue.result(jobOf(2).id)
      expect(await queue.submit(jobOf(2))).toMatchObject({ state: 'done' })
      await queue.submit(jobOf(3))
      await queue.result(jobOf(3).id)
      expect(runs).toBe(2)
    })

    test('takes the lowest priority first, of equal ones the oldest, and no more at a time than it may', async () => {
      const order: number[] = []
      let now = 0
      let most = 0
      const gates = new Map<number, PromiseWithResolvers<void>>()
      const begun = Promise.withResolvers<void>()
      const queue = await open(async (job) => {
        order.push(job.height)
        most = Math.max(most, ++now)
        if (job.height === 1) {
          const gate = Promise.withResolvers<void>()
          gates.set(1, gate)
          begun.resolve()
          await gate.promise
        }
        now--
        return resultOf(job)
      })
      await queue.submit(jobOf(1))
      await begun.promise
      await queue.submit(jobOf(2, { priority: 20 }))
      await queue.submit(jobOf(3, { priority: 5 }))
      await queue.submit(jobOf(4, { priority: 20 }))
      await queue.submit(jobOf(5, { priority: 0 }))
      gates.get(1)?.resolve()
      await Promise.all([2, 3, 4, 5].map((n) => queue.result(jobOf(n).id)))
      expect(order).toEqual([1, 5, 3, 2, 4])
      expect(most).toBe(1)
    })

    test('works at several at a time', async () => {
      const both = Promise.withResolvers<void>()
      let now = 0
      const queue = await open(
        async (job) => {
          if (++now === 2) both.resolve()
          await both.promise
          return resultOf(job)
        },
        { concurrency: 2 },
      )
      await queue.submit(jobOf(1))
      await queue.submit(jobOf(2))
      await Promise.all([1, 2].map((n) => queue.result(jobOf(n).id)))
    })

    test('tries again what failed, and tells each failure', async () => {
      let runs = 0
      const queue = await open(async (job) => {
        if (++runs < 3) throw queueError('E_QUEUE', `try ${runs}`)
        return resultOf(job)
      })
      const told: unknown[] = []
      queue.events.on('retrying', (event) => told.push(event))
      await queue.submit(jobOf(6))
      expect(await queue.result(jobOf(6).id)).toEqual(resultOf(jobOf(6)))
      const failure = (n: number) => ({
        ...{ id: jobOf(6).id, failures: n },
        error: { code: 'E_QUEUE', detail: `try ${n}` },
      })
      await expect.poll(() => told).toEqual([failure(1), failure(2)])
    })

    test('gives up after so many tries, and begins anew when it is asked again', async () => {
      let runs = 0
      const queue = await open(async (job) => {
        if (++runs <= 2) throw new Error('no luck')
        return resultOf(job)
      })
      const job = jobOf(7, { attempts: 2 })
      const failed = next(queue, 'failed')
      await queue.submit(job)
      await expect(queue.result(job.id)).rejects.toMatchObject({ code: 'E_JOB_FAILED' })
      const error = { code: 'E_INTERNAL', detail: 'no luck' }
      expect(await failed).toEqual({ id: job.id, failures: 2, error })
      expect(await queue.status(job.id)).toEqual({ state: 'failed', failures: 2, error })
      await queue.submit(job)
      expect(await queue.result(job.id)).toEqual(resultOf(job))
    })

    test('does not try again what no further try mends', async () => {
      let runs = 0
      const queue = await open(async () => {
        runs++
        throw queueError('E_JOB', 'wrong for good')
      })
      await queue.submit(jobOf(8))
      await expect(queue.result(jobOf(8).id)).rejects.toMatchObject({ code: 'E_JOB_FAILED' })
      expect(await queue.status(jobOf(8).id)).toMatchObject({ state: 'failed', failures: 1, error: { code: 'E_JOB' } })
      expect(runs).toBe(1)
    })

    test('refuses what is no result of the job', async () => {
      const queue = await open(async (job) => {
        if (job.height === 12) return resultOf({ ...job, kind: 'transactions' })
        return job.height === 9 ? resultOf(jobOf(10)) : Uint8Array.of(1, 2)
      })
      for (const n of [9, 11, 12]) {
        await queue.submit(jobOf(n))
        await expect(queue.result(jobOf(n).id)).rejects.toMatchObject({ code: 'E_JOB_FAILED' })
        expect(await queue.status(jobOf(n).id)).toMatchObject({ error: { code: 'E_JOB' } })
      }
    })

    test('forgets what is cancelled, before and while it is worked at', async () => {
      const begun = Promise.withResolvers<void>()
      const stopped = Promise.withResolvers<void>()
      const order: number[] = []
      let isFirst = true
      const queue = await open(async (job, signal) => {
        order.push(job.height)
        if (!isFirst) return resultOf(job)
        isFirst = false
        begun.resolve()
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        stopped.resolve()
        throw signal.reason
      })
      await queue.submit(jobOf(1))
      await begun.promise
      await queue.submit(jobOf(2))
      const waited = [1, 2].map((n) => queue.result(jobOf(n).id).catch((error: unknown) => error))
      await queue.cancel(jobOf(2).id)
      await queue.cancel(jobOf(1).id)
      await stopped.promise
      const cancelled = { code: 'E_JOB_CANCELLED' }
      expect(await Promise.all(waited)).toMatchObject([cancelled, cancelled])
      await expect.poll(() => queue.status(jobOf(2).id)).toEqual({ state: 'unknown' })
      await queue.submit(jobOf(1))
      expect(await queue.result(jobOf(1).id)).toEqual(resultOf(jobOf(1)))
      expect(order).toEqual([1, 1])
    })

    test('takes no job that is none, and not more than so many', async () => {
      const queue = await open(
        (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        { maxJobs: 2 },
      )
      const wrong: Partial<ProvingJob>[] = [
        { id: 'short' },
        { program: 'AB'.repeat(32) },
        { height: -1 },
        { attempts: 0 },
        { priority: 0.5 },
        { inputs: [{ name: 'body', bytes: new Uint8Array((1 << 20) + 1) }] },
        { inputs: [1, 2].map((n) => ({ name: `half${n}`, bytes: new Uint8Array((1 << 19) + 1) })) },
        { inputs: [1, 2].map(() => ({ name: 'same', bytes: Uint8Array.of(1) })) },
        { inputs: [{ name: '../up', bytes: Uint8Array.of(1) }] },
      ]
      for (const change of wrong) {
        await expect(queue.submit(jobOf(12, change)), JSON.stringify(change).slice(0, 80)).rejects.toMatchObject({
          code: 'E_JOB',
        })
      }
      await queue.submit(jobOf(1))
      await queue.submit(jobOf(2))
      await expect(queue.submit(jobOf(3))).rejects.toMatchObject({ code: 'E_QUEUE_FULL' })
      await expect(queue.result(jobOf(3).id)).rejects.toMatchObject({ code: 'E_JOB_UNKNOWN' })
    })

    test('lets go of who waits when his signal fires, and of everybody when it stops', async () => {
      const queue = await open(
        (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      )
      await queue.submit(jobOf(1))
      const gone = new AbortController()
      const first = queue.result(jobOf(1).id, gone.signal).catch((error: unknown) => error)
      const second = queue.result(jobOf(1).id).catch((error: unknown) => error)
      gone.abort()
      expect(await first).toMatchObject({ code: 'E_ABORTED' })
      expect(await queue.status(jobOf(1).id)).not.toMatchObject({ state: 'unknown' })
      await queue.stop()
      expect(await second).toMatchObject({ code: 'E_QUEUE_DOWN' })
    })
  })
}

function next<Name extends keyof QueueEvents>(queue: ProvingQueue, name: Name): Promise<QueueEvents[Name]> {
  return new Promise((resolve) => {
    const off = queue.events.on(name, (event) => {
      off()
      resolve(event)
    })
  })
}
