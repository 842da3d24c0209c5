import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Routes } from '../../src/http/index.ts'
import { KernelPlace, received, statuses } from './kernel-place.ts'

const place = new KernelPlace()

const KIB = 1024
const MIB = 1024 * KIB
const until = (met: () => boolean) => expect.poll(met, { interval: 5, timeout: 10_000 }).toBe(true)
const ASK = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
/** Sockets that this process holds, of servers and of clients. */
const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length

/** Content of a gigabyte, and what becomes of the reading of it. */
function endless() {
  const seen = { begun: 0, ended: 0, bytes: 0, made: 0 }
  const routes = (of: Routes) => {
    of.get('/stream', (_request, reply) =>
      reply.sendContent({
        type: 'application/octet-stream',
        length: 1024 * MIB,
        async *read(start, end) {
          seen.begun++
          try {
            for (let at = start; at < end; at += 64 * KIB) {
              const piece = new Uint8Array(Math.min(64 * KIB, end - at))
              seen.bytes += piece.length
              yield piece
            }
          } finally {
            seen.ended++
          }
        },
      }),
    )
    of.get('/ok', () => ({}))
    // Made anew for each request, as an attestation is.
    of.get('/made', (_request, reply) => {
      seen.made++
      reply.type('application/octet-stream')
      return reply.send(Buffer.alloc(MIB))
    })
    of.put('/body', { schema: { body: z.instanceof(Buffer) }, bodyLimit: MIB }, ({ body }) => ({ length: body.length }))
  }
  return { seen, routes }
}

/** The statuses of all answers on a connection, until the other side ends it. */
async function allOf(socket: Socket): Promise<number[]> {
  let heads = ''
  let open = true
  // Without the zeros that the content is.
  socket.on('data', (piece: Buffer) => {
    heads += piece.toString('latin1').replaceAll('\0', '')
  })
  socket.once('close', () => {
    open = false
  })
  await until(() => !open)
  return statuses(heads)
}

const generous = { rateLimit: { burst: 1e6, perSecond: 1e6 } }

describe('an answer that is streamed', () => {
  it('is read no faster than its client takes it', async () => {
    const { seen, routes } = endless()
    const { client } = await place.serving(routes)
    const socket = client(ASK('/stream'))
    await once(socket, 'data')
    socket.pause()
    let before = -1
    // What the buffers on both sides take, and then no more.
    await expect
      .poll(
        () => {
          const still = before === seen.bytes
          before = seen.bytes
          return still
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true)
    expect(seen.bytes).toBeLessThan(32 * MIB)
  })

  it('stops with its client, behind another answer of its connection too', async () => {
    const { seen, routes } = endless()
    const { client } = await place.serving(routes, generous)
    const socket = client(ASK('/stream').repeat(20))
    await once(socket, 'readable')
    socket.destroy()
    await until(() => seen.begun > 0 && seen.ended === seen.begun)
    expect(seen.begun).toBeLessThanOrEqual(20)
    const kinds = ['GET /stream', 'GET /ok', 'GET /stream']
      .map((line) => `${line} HTTP/1.1\r\nHost: a\r\n\r\n`)
      .join('')
    const leaving = Array.from({ length: 15 }, () => client(kinds))
    await Promise.all(leaving.map((each) => once(each, 'readable')))
    for (const each of leaving) each.destroy()
    await until(() => seen.ended === seen.begun)
  })

  it('holds its part of the sum only while it goes on', async () => {
    const { routes } = endless()
    const limits = { unsentBytesPerAddress: 512 * KIB }
    const range = { headers: { range: `bytes=0-${300 * KIB}` } }
    const { client, get } = await place.serving(routes, { ...generous, limits })
    const [first, second] = [client(ASK('/stream')), client(ASK('/stream'))]
    for (const socket of [first, second]) {
      await once(socket, 'data')
      socket.pause()
    }
    expect((await get('/stream', range)).status).toBe(503)
    first.destroy()
    const status = async () => (await get('/stream', range)).status
    await expect.poll(status, { interval: 5, timeout: 10_000 }).toBe(206)
  })
})

describe('a flood', () => {
  it('of requests in one go makes no more than its client may ask for, and holds no more than the sum', async () => {
    const { seen, routes } = endless()
    const rateLimit = { burst: 100, perSecond: 0.001 }
    const limits = { unsentBytesPerAddress: 8 * MIB, requestsPerConnection: 400 }
    const { client } = await place.serving(routes, { rateLimit, limits })
    const before = process.memoryUsage().arrayBuffers
    const flooding = Array.from({ length: 8 }, () => client(ASK('/made').repeat(400)))
    await Promise.all(flooding.map((socket) => once(socket, 'readable')))
    await until(() => seen.made === 100)
    // 3,200 answers of 1 MiB were asked for.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150 * MIB)
    const answers = await Promise.all(flooding.map(allOf))
    const made = answers.flat().filter((status) => status === 200)
    expect(made.length).toBeGreaterThan(0)
    expect(made.length).toBeLessThanOrEqual(100)
    for (const each of answers) {
      // Where there is no room even for a refusal it is told so; a refusal of the rate ends the connection.
      expect([429, 503]).toContain(each.at(-1))
      for (const status of each.slice(0, -1)) expect([200, 503]).toContain(status)
    }
  })

  it('of requests in one go ends its connection before more than a few of them are looked at', async () => {
    let looked = 0
    const { routes } = endless()
    // The rate is the first rule of all, and asks for the time once a request.
    const clock = () => {
      looked++
      return 0
    }
    const { client, get } = await place.serving(routes, { ...generous, clock })
    const held = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = held()
    const flooding = Array.from({ length: 16 }, () => client(ASK('/stream') + ASK('/ok').repeat(20_000)))
    await Promise.all(flooding.map(allOf))
    expect(looked).toBeLessThanOrEqual(16 * 32)
    // Of each request that still held something its time would run.
    await until(() => held() <= before + 5)
    expect((await get('/ok')).status).toBe(200)
  })

  it('of as many requests as may wait on a connection is answered in full', async () => {
    const { routes } = endless()
    const { client } = await place.serving(routes, generous)
    const last = 'GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    const answers = statuses(await received(client(ASK('/ok').repeat(31) + last)))
    expect(answers).toEqual(Array.from({ length: 32 }, () => 200))
  })

  it('of connections ends with the number there may be, and its end makes room', async () => {
    const { routes } = endless()
    const { client, get } = await place.serving(routes, { limits: { connections: 20, connectionsPerAddress: 30 } })
    const flooding = Array.from({ length: 60 }, () => client())
    let open = flooding.length
    for (const socket of flooding) {
      socket.resume()
      socket.on('close', () => open--)
    }
    await until(() => open <= 20)
    for (const socket of flooding) socket.destroy()
    await expect
      .poll(
        () =>
          get('/ok').then(
            ({ status }) => status,
            () => 0,
          ),
        { interval: 5, timeout: 10_000 },
      )
      .toBe(200)
  })

  it('of requests that never become one ends in its time, while others are answered', async () => {
    const before = sockets()
    const { routes } = endless()
    const { client, get } = await place.serving(routes, { limits: { requestMs: 1000, connectionsPerAddress: 100 } })
    const starts = [
      '',
      'G',
      'GET /ok HTTP/1.1\r\n',
      'GET /ok HTTP/1.1\r\nHost: a\r\nX: ',
      'PUT /body HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 9999\r\n\r\n',
    ]
    const slow = Array.from({ length: 50 }, (_, i) => client(starts[i % starts.length]))
    const trickle = setInterval(() => {
      for (const socket of slow) if (socket.writable && socket.bytesWritten > 0) socket.write('x')
    }, 50)
    const ends = Promise.all(slow.map((socket) => received(socket)))
    expect((await get('/ok')).status).toBe(200)
    const answers = await ends
    clearInterval(trickle)
    for (const text of answers) expect([[], [400], [408]]).toContainEqual(statuses(text))
    await until(() => sockets() <= before + 3)
  })

  it('of headers is cut off, many or long', async () => {
    const { routes } = endless()
    const { client, get } = await place.serving(routes)
    const many = Array.from({ length: 4000 }, (_, i) => `x-${i}: 1\r\n`).join('')
    for (const headers of [`x: ${'a'.repeat(9000)}\r\n`, many]) {
      const answer = await received(client(`GET /ok HTTP/1.1\r\nHost: a\r\n${headers}\r\n`))
      expect(statuses(answer)).toEqual([431])
      expect(answer).toMatch(/\{"error":"headers-too-large","detail":"[^"]+"\}\n$/)
    }
    expect((await get('/ok')).status).toBe(200)
  })

  it('of garbage behind a request never stands in the midst of its answer', async () => {
    const { routes } = endless()
    const { client } = await place.serving(routes)
    const socket = client(`${ASK('/stream')}\u0000 garbage\r\n\r\n`)
    const pieces: Buffer[] = []
    socket.on('data', (piece: Buffer) => {
      if (pieces.length < 100) pieces.push(piece)
    })
    await once(socket, 'close')
    expect(statuses(Buffer.concat(pieces).toString('latin1')).filter((status) => status !== 200)).toEqual([])
  })
})

describe('a client that sends no more', () => {
  it('still gets its answer; one that never asked is let go', async () => {
    const { routes } = endless()
    const { client } = await place.serving(routes)
    const asked = client(ASK('/ok'))
    asked.end()
    expect(statuses(await received(asked))).toEqual([200])
    const silent = client()
    silent.end()
    expect(await received(silent)).toBe('')
  })
})
