import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { readFailure } from '../../src/compute/io/queue/jobs-on-server.ts'
import { QueueWorker } from '../../src/compute/io/queue/queue-worker.ts'
import { parseServer } from '../../src/compute/io/queue/server.ts'
import { ServerQueue } from '../../src/compute/io/queue/server-queue.ts'

test('a server that takes connections and says nothing keeps nobody who wants to stop', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const place = parseServer(`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`)
  for (const service of [new ServerQueue(place), new QueueWorker(place, () => expect.fail())]) {
    const stop = new AbortController()
    const came = once(silent, 'connection')
    const started = service.start(stop.signal)
    await came
    stop.abort()
    await expect(started).rejects.toMatchObject({ code: 'E_ABORTED' })
    await service.stop()
  }
  for (const socket of sockets) socket.destroy()
  silent.close()
})

test('a job that has ended its workers is told as such', () => {
  const detail = 'job stalled more than allowable limit'
  expect(readFailure(detail)).toEqual({ code: 'E_JOB_STALLED', detail })
})
