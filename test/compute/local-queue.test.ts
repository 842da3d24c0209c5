import { expect, test } from 'vitest'
import { decodeJob, encodeJob } from '../../src/compute/queue/job.ts'
import { LocalQueue } from '../../src/compute/queue/local-queue.ts'
import { queueContract } from './queue-contract.ts'
import { jobOf, resultOf } from './queue-jobs.ts'

queueContract('within the process', async (prove, options) => {
  const queue = new LocalQueue(prove, options)
  await queue.start()
  return { queue, close: () => queue.stop() }
})

test('jobs that were submitted before it starts are done when it does', async () => {
  const queue = new LocalQueue(async (job) => resultOf(job))
  expect(await queue.submit(jobOf(1))).toEqual({ state: 'waiting', failures: 0 })
  await queue.start()
  await queue.result(jobOf(1).id)
  await queue.stop()
})

test('the oldest results are forgotten', async () => {
  const queue = new LocalQueue(async (job) => resultOf(job), { keep: 1 })
  await queue.start()
  for (const n of [1, 2]) {
    await queue.submit(jobOf(n))
    await queue.result(jobOf(n).id)
  }
  expect(await queue.status(jobOf(1).id)).toEqual({ state: 'unknown' })
  await queue.stop()
})

test('options that are none are refused', () => {
  const prove = async () => new Uint8Array()
  expect(() => new LocalQueue(prove, { concurrency: 0 })).toThrow(/concurrency/)
  expect(() => new LocalQueue(prove, { many: 2 } as object)).toThrow(/many/)
})

test('every change of a job’s text is another job or none', () => {
  const text = encodeJob(jobOf(1))
  expect(decodeJob(text)).toEqual({ ok: true, job: jobOf(1) })
  for (let at = 0; at < text.length; at++) {
    const read = decodeJob(`${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`)
    if (read.ok) expect(read.job, text.slice(at)).not.toEqual(jobOf(1))
  }
  for (const one of ['', '[]', 'null', '{', text.slice(1), `${text}}`, text.replace('"version":1', '"version":2')]) {
    expect(decodeJob(one)).toMatchObject({ ok: false, reject: 'malformed-job' })
  }
  expect(decodeJob(text.replace('"version"', '"more":0,"version"'))).toMatchObject({ ok: false })
})
