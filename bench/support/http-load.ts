import { connect } from 'node:net'
import { parentPort, Worker, workerData } from 'node:worker_threads'

export interface LoadOptions {
  readonly port: number
  readonly path: string
  /** Lines of headers beyond Host. */
  readonly headers?: string
  /** Each asks again as soon as it is answered. */
  readonly connections: number
  readonly seconds: number
}

export interface Load {
  /** Status of every answer: one that differs from another ends the measuring. */
  readonly status: number
  readonly perSecond: number
  /** Milliseconds from a request until its answer is there in full, in order. */
  readonly latencies: readonly number[]
}

/** Asks a server of this machine for one thing again and again, from a thread of its own. */
export function load(options: LoadOptions): Promise<Load> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

async function measure({ port, path, headers = '', connections, seconds }: LoadOptions): Promise<Load> {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`
  const latencies: number[] = []
  const statuses = new Set<number>()
  const end = performance.now() + seconds * 1000
  const began = performance.now()
  const client = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let asked = 0
      let left = -1
      const ask = () => {
        asked = performance.now()
        left = -1
        socket.write(request)
      }
      socket.once('connect', ask)
      socket.once('error', reject)
      socket.on('data', (data: Buffer) => {
        if (left < 0) {
          const head = data.toString('latin1', 0, Math.min(data.length, 2048))
          const body = head.indexOf('\r\n\r\n') + 4
          if (body < 4) return void socket.destroy(new Error('the head of an answer came in parts'))
          statuses.add(Number(head.slice(9, 12)))
          left = Number(/^content-length: ([0-9]+)/im.exec(head.slice(0, body))?.[1] ?? 0) - (data.length - body)
        } else left -= data.length
        if (left > 0) return
        const now = performance.now()
        latencies.push(now - asked)
        if (now < end) ask()
        else {
          socket.destroy()
          resolve()
        }
      })
    })
  await Promise.all(Array.from({ length: connections }, client))
  const [status, ...others] = [...statuses]
  if (status === undefined || others.length > 0) throw new Error(`${path} was answered by ${[...statuses].join(', ')}`)
  const perSecond = latencies.length / ((performance.now() - began) / 1000)
  return { status, perSecond, latencies: latencies.sort((a, b) => a - b) }
}

if (parentPort !== null) parentPort.postMessage(await measure(workerData as LoadOptions))
