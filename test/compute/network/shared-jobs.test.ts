import { afterAll, describe, expect, it } from 'vitest'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import { aborted } from '../../../src/lib/index.ts'
import { jobOf, resultOf } from '../queue-jobs.ts'

const { signal } = new AbortController()
const leave = () => AbortSignal.abort()

describe('jobs that several need', () => {
  const stopped: string[] = []
  let gate = Promise.withResolvers<void>()
  const queue = new LocalQueue(async (job, ended) => {
    ended.addEventListener('abort', () => stopped.push(job.id))
    await Promise.race([gate.promise, aborted(ended)])
    return resultOf(job)
  })
  const jobs = new SharedJobs(queue)
  afterAll(() => queue.stop())

  it('go on until the last one leaves, and are cancelled then', async () => {
    await queue.start()
    const job = jobOf(1)
    const controllers = [new AbortController(), new AbortController()]
    const ends = controllers.map((one) => jobs.prove(job, one.signal).catch((error: unknown) => error))
    await expect(jobs.prove(job, leave())).rejects.toMatchObject({ code: 'E_ABORTED' })
    controllers[0]?.abort()
    expect(await ends[0]).toMatchObject({ code: 'E_ABORTED' })
    expect(await queue.status(job.id)).toMatchObject({ state: 'active' })
    expect(stopped).toEqual([])
    controllers[1]?.abort()
    expect(await ends[1]).toMatchObject({ code: 'E_ABORTED' })
    expect(await queue.status(job.id)).toEqual({ state: 'unknown' })
    expect(stopped).toEqual([job.id])
  })

  it('are given to all who need them', async () => {
    gate = Promise.withResolvers()
    const both = [jobs.prove(jobOf(2), signal), jobs.prove(jobOf(2), signal)]
    gate.resolve()
    expect(await Promise.all(both)).toMatchObject([{ height: 2 }, { height: 2 }])
  })

  it('are submitted anew once the one before is cancelled, not meanwhile', async () => {
    const told: string[] = []
    const cancelled = Promise.withResolvers<void>()
    const slow = new SharedJobs({
      ...{ events: queue.events, start: async () => undefined, stop: async () => undefined },
      status: async () => ({ state: 'unknown' }),
      submit: async () => {
        told.push('submit')
        return { state: 'waiting', failures: 0 }
      },
      result: async () => resultOf(jobOf(3)),
      cancel: async () => {
        told.push('cancel')
        await cancelled.promise
        told.push('cancelled')
      },
    })
    const first = slow.prove(jobOf(3), signal)
    await expect.poll(() => told).toEqual(['submit', 'cancel'])
    const second = slow.prove(jobOf(3), signal)
    cancelled.resolve()
    await Promise.all([first, second])
    expect(told).toEqual(['submit', 'cancel', 'cancelled', 'submit', 'cancel', 'cancelled'])
  })
})
