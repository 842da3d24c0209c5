import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { QueueWorker, type QueueWorkerOptions } from '../../src/compute/io/queue/queue-worker.ts'
import { parseServer, type QueueServer } from '../../src/compute/io/queue/server.ts'
import { ServerQueue, type ServerQueueOptions } from '../../src/compute/io/queue/server-queue.ts'
import type { ProveJob } from '../../src/compute/queue/job.ts'
import { type QueueEvents, queueError } from '../../src/compute/queue/queue.ts'
import { findQueueServer, LocalQueueServer } from '../support/queue-server.ts'
import { queueContract } from './queue-contract.ts'
import { jobOf, resultOf } from './queue-jobs.ts'

const program = findQueueServer()

describe.skipIf(program === undefined)('on a real server', () => {
  let databases = 0
  let running: Promise<LocalQueueServer> | undefined
  /** A database of its own for each test. */
  const database = async (): Promise<QueueServer> => {
    running ??= LocalQueueServer.start(program as string, ['--databases', '200'])
    return { ...(await running).place, database: databases++ }
  }
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  afterAll(async () => {
    await (await running)?.close()
  })

  const startQueue = async (place: QueueServer, options: ServerQueueOptions = {}) => {
    const queue = new ServerQueue(place, { firstBackoffMs: 1, ...options })
    const told: [name: string, event: unknown][] = []
    for (const name of ['down', 'up', 'done', 'failed', 'warning'] as const) {
      queue.events.on(name, (event) => told.push([name, event]))
    }
    await queue.start()
    closing.push(() => queue.stop())
    return { queue, told }
  }
  const startWorker = async (place: QueueServer, prove: ProveJob, options: QueueWorkerOptions = {}) => {
    const worker = new QueueWorker(place, prove, { cancelPollMs: 20, graceMs: 0, ...options })
    await worker.start()
    closing.push(() => worker.stop())
    return worker
  }
  const ownServer = async (more: readonly string[] = [], password?: string) => {
    const server = await LocalQueueServer.start(program as string, more, password)
    closing.push(() => server.close())
    return server
  }

  queueContract('on a server', async (prove, { concurrency, maxJobs, firstBackoffMs }) => {
    const place = await database()
    const { queue } = await startQueue(place, { maxJobs, firstBackoffMs })
    await startWorker(place, prove, { concurrency })
    return { queue, close: async () => undefined }
  })

  test('a server that is killed and started again goes on where it was; what is submitted meanwhile is kept', async () => {
    const server = await ownServer()
    const { queue, told } = await startQueue(server.place)
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const runs: number[] = []
    const worker = await startWorker(server.place, async (job) => {
      runs.push(job.height)
      begun.resolve()
      await gate.promise
      return resultOf(job)
    })
    const isBack = new Promise((resolve) => worker.events.on('up', resolve))
    for (const n of [1, 2]) await queue.submit(jobOf(n))
    await begun.promise
    const down = next(queue, 'down')
    await server.kill()
    await down
    await expect(queue.status(jobOf(1).id)).rejects.toMatchObject({ code: 'E_QUEUE_DOWN' })
    expect(await queue.submit(jobOf(3))).toEqual({ state: 'waiting', failures: 0 })
    gate.resolve()
    const up = next(queue, 'up')
    await server.startAgain()
    expect(await up).toEqual({ resubmitted: 1 })
    await isBack
    for (const n of [1, 2, 3]) await queue.result(jobOf(n).id).catch(() => undefined)
    for (const n of [1, 2, 3]) expect(await queue.status(jobOf(n).id)).toMatchObject({ state: 'done' })
    expect(runs).toEqual([1, 2, 3])
    expect(told.filter(([name]) => name === 'done').length).toBe(3)
  })

  test('a server that comes back empty is given again what is wanted; what was proved is not proved again', async () => {
    const server = await ownServer()
    const { queue } = await startQueue(server.place)
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const runs: number[] = []
    const worker = await startWorker(server.place, async (job) => {
      runs.push(job.height)
      begun.resolve()
      await gate.promise
      return resultOf(job)
    })
    // That the job it was at is not there any more is told.
    worker.events.on('warning', () => undefined)
    for (const n of [1, 2, 3]) await queue.submit(jobOf(n))
    await begun.promise
    await server.kill()
    await server.forget()
    const up = next(queue, 'up')
    await server.startAgain()
    expect(await up).toEqual({ resubmitted: 3 })
    gate.resolve()
    for (const n of [1, 2, 3]) expect(await resultAfter(queue, n)).toEqual(resultOf(jobOf(n)))
    expect(runs).toEqual([1, 2, 3])
  })

  test('what a stopping worker was at is given back, not failed', async () => {
    const place = await database()
    const { queue, told } = await startQueue(place)
    const begun = Promise.withResolvers<void>()
    const first = await startWorker(place, (_, signal) => {
      begun.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    await queue.submit(jobOf(1, { attempts: 1 }))
    await begun.promise
    await first.stop()
    expect(await queue.status(jobOf(1).id)).toEqual({ state: 'waiting', failures: 0 })
    await startWorker(place, async (job) => resultOf(job))
    expect(await queue.result(jobOf(1).id)).toEqual(resultOf(jobOf(1)))
    expect(told.map(([name]) => name)).toEqual(['done'])
  })

  test('a stopping worker finishes what it can in time, and takes nothing more', async () => {
    const place = await database()
    const { queue } = await startQueue(place)
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const runs: number[] = []
    const prove: ProveJob = async (job) => {
      runs.push(job.height)
      begun.resolve()
      await gate.promise
      return resultOf(job)
    }
    const worker = await startWorker(place, prove, { graceMs: 60_000 })
    await queue.submit(jobOf(1))
    await queue.submit(jobOf(2))
    await begun.promise
    const stopped = worker.stop()
    gate.resolve()
    await stopped
    expect(await queue.result(jobOf(1).id)).toEqual(resultOf(jobOf(1)))
    expect(await queue.status(jobOf(2).id)).toEqual({ state: 'waiting', failures: 0 })
    expect(runs).toEqual([1])
  })

  test('a job of a program that one worker does not serve waits for one that does', async () => {
    const place = await database()
    const { queue, told } = await startQueue(place)
    const unserved = async () => {
      throw queueError('E_JOB_UNSERVED', 'another’s')
    }
    const worker = await startWorker(place, unserved, { unservedMs: 10 })
    const returned = new Promise((resolve) => worker.events.on('returned', resolve))
    await queue.submit(jobOf(1, { attempts: 1 }))
    await returned
    await startWorker(place, async (job) => resultOf(job))
    expect(await queue.result(jobOf(1).id)).toEqual(resultOf(jobOf(1)))
    expect(told.map(([name]) => name)).toEqual(['done'])
  })

  test('two nodes that want the same have one job; who cancels it does not take it from the other', async () => {
    const place = await database()
    const [first, second] = [await startQueue(place, { sweepMs: 20 }), await startQueue(place, { sweepMs: 20 })]
    for (const { queue } of [first, second]) await queue.submit(jobOf(1))
    await first.queue.cancel(jobOf(1).id)
    const runs: string[] = []
    await startWorker(place, async (job) => {
      runs.push(job.id)
      return resultOf(job)
    })
    expect(await second.queue.result(jobOf(1).id)).toEqual(resultOf(jobOf(1)))
    expect(runs.length).toBe(1)
  })

  test('nonsense on the server harms neither workers nor nodes', async () => {
    const place = await database()
    const { queue } = await startQueue(place, { sweepMs: 50 })
    const redis = new Redis({ host: place.host, port: place.port, db: place.database })
    closing.push(async () => redis.disconnect())
    const failures: string[] = []
    const { Queue } = await import('bullmq')
    const bull = new Queue('proving', { connection: redis, prefix: 'wsc' })
    const worker = await startWorker(place, async (job) => resultOf(job))
    worker.events.on('failed', ({ error }) => failures.push(error.code))
    const wrong = [null, 7, { job: 7 }, { job: '{}' }, { job: 'x'.repeat(3 << 20) }, { text: '' }]
    for (const [i, data] of wrong.entries()) await bull.add('prove', data, { jobId: `nonsense-${i}` })
    for (const i of wrong.keys()) await expect.poll(() => bull.getJobState(`nonsense-${i}`)).toBe('failed')
    for (const fields of [
      ['event', 'wsc-retrying'],
      ['event', 'wsc-retrying', 'jobId', 'x', 'failures', '-1'],
      ['x', 'y'],
    ]) {
      await redis.xadd('wsc:proving:events', '*', ...(fields as [string, string]))
    }
    // A result that is none is no result, and another job's is neither.
    for (const bytes of [Buffer.from('nonsense'), Buffer.from(resultOf(jobOf(99)))]) {
      await redis.set(`wsc:proving-result:${jobOf(1).id}`, bytes)
      await queue.submit(jobOf(1))
      expect(await resultAfter(queue, 1)).toEqual(resultOf(jobOf(1)))
      await redis.set(`wsc:proving-result:${jobOf(1).id}`, bytes)
      expect(await queue.status(jobOf(1).id)).toMatchObject({ state: 'failed', error: { code: 'E_JOB' } })
    }
    await bull.close()
  })

  test('a password is asked for, and not told', async () => {
    const server = await ownServer([], 'open-sesame')
    const { password: _, ...nobody } = server.place
    for (const place of [nobody, { ...nobody, password: 'open-barley' }]) {
      const error = await new ServerQueue(place).start().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'E_QUEUE' })
      expect(String(error)).not.toMatch(/open-/)
      await expect(new QueueWorker(place, async (job) => resultOf(job)).start()).rejects.toMatchObject({
        code: 'E_QUEUE',
      })
    }
    const { queue, told } = await startQueue(server.place)
    await startWorker(server.place, async (job) => resultOf(job))
    await queue.submit(jobOf(1))
    await queue.result(jobOf(1).id)
    expect(told.map(([name]) => name)).toEqual(['done'])
  })

  test('a server that may lose jobs, or is none, is told', async () => {
    const server = await ownServer(['--appendfsync', 'everysec'])
    const queue = new ServerQueue(server.place)
    const warned = next(queue, 'warning')
    await queue.start()
    expect((await warned).detail).toContain('appendfsync everysec')
    await queue.stop()
    await server.kill()
    await expect(new ServerQueue(server.place).start()).rejects.toMatchObject({ code: 'E_QUEUE_DOWN' })
  })
})

test('addresses of servers', () => {
  const at = { host: '127.0.0.1', port: 6379, database: 0, isTls: false }
  expect(parseServer('redis://127.0.0.1')).toEqual(at)
  expect(parseServer('redis://127.0.0.1:6379/', 'secret')).toEqual({ ...at, password: 'secret' })
  expect(parseServer('rediss://worker@[::1]:7000/3')).toEqual({
    ...{ host: '::1', port: 7000, database: 3, isTls: true, user: 'worker' },
  })
  for (const text of [
    '',
    'queue',
    'http://127.0.0.1',
    'redis://',
    'redis://h/x',
    'redis://h/1/2',
    'redis://h?a=b',
    'redis://h#x',
  ]) {
    expect(() => parseServer(text), text).toThrow(expect.objectContaining({ code: 'E_QUEUE' }))
  }
  expect(() => parseServer('redis://me:secret@h')).toThrow(/holds no password/)
})

function next<Name extends keyof QueueEvents>(queue: ServerQueue, name: Name): Promise<QueueEvents[Name]> {
  return new Promise((resolve) => queue.events.on(name, resolve))
}

/** The result of a job that may have ended already. */
async function resultAfter(queue: ServerQueue, n: number): Promise<Uint8Array> {
  return await queue.result(jobOf(n).id)
}
