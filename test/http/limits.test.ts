import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type HttpLimits, HttpServer, type HttpServerOptions, type RouteModule } from '../../src/http/index.ts'
import { SMALL_ANSWER } from '../../src/http/limits.ts'
import { Budget, clientOfAddress } from '../../src/lib/index.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const BIG = 16_000_000

/** A server of something that has a length that no socket's buffers take. */
async function serving(limits: Partial<HttpLimits>, length = BIG) {
  const bytes = new Uint8Array(length)
  const big: RouteModule = {
    name: 'big',
    description: 'something large',
    register(routes) {
      routes.get('/big', (_request, reply) => reply.sendContent({ type: 'application/octet-stream', bytes }))
    },
  }
  const server = new HttpServer({ modules: [big], host: '127.0.0.1', port: 0, limits })
  await server.start()
  closing.push(() => server.stop())
  const client = (text = '') => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(text)
    closing.push(() => void socket.destroy())
    return socket
  }
  return { client, server }
}

const ASK = 'GET /big HTTP/1.1\r\nHost: a\r\n\r\n'

async function status(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer]
  socket.pause()
  return data.toString('latin1', 9, 12)
}

/** Settles once the server has ended it, in order or by a reset. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve))

/** Settles once a new client's asking is answered so: what another client did has then reached the server. */
async function answered(client: () => Socket, wanted: string): Promise<void> {
  await vi.waitFor(async () => expect(await status(client())).toBe(wanted), { timeout: 20_000, interval: 20 })
}

describe('an answer', () => {
  it('is given up at its time, however steadily it is read', async () => {
    const { client } = await serving({ answerMs: 1000 })
    const socket = client(ASK)
    expect(await status(socket)).toBe('200')
    let got = 0
    // Some 3 MB a second: the server writes on all the time, and the whole would take five.
    socket.on('data', (data: Buffer) => {
      got += data.length
      socket.pause()
      setTimeout(() => socket.resume(), 20)
    })
    socket.resume()
    await closed(socket)
    expect(got).toBeGreaterThan(1_000_000)
    expect(got).toBeLessThan(0.9 * BIG)
  })

  it('waits to be read only within a sum, which its reading or its client’s leaving frees', async () => {
    const { client, server } = await serving({ unsentBytes: 2 * BIG, unsentBytesPerAddress: 2 * BIG })
    const [first, second] = [client(ASK), client(ASK)]
    expect([await status(first), await status(second)]).toEqual(['200', '200'])
    expect(await status(client(ASK))).toBe('503')
    first.destroy()
    await answered(() => client(ASK), '200')
    second.resume()
    await vi.waitFor(async () => expect((await fetch(`${server.url}/big`)).status).toBe(200), { timeout: 20_000 })
  })

  it('that waits behind another of its connection frees its part with it too', async () => {
    const { client } = await serving({ unsentBytes: 4 * BIG, unsentBytesPerAddress: 4 * BIG })
    const queue = client(ASK + ASK + ASK + ASK)
    expect(await status(queue)).toBe('200')
    // The first is answered before the three behind it are read.
    await answered(() => client(ASK), '503')
    queue.destroy()
    await answered(() => client(ASK + ASK + ASK + ASK), '200')
  })

  it('passes where it is small though the sum is used up, unless by its own client', () => {
    const unsent = new Budget({ total: 100_000, perClient: 60_000, small: SMALL_ANSWER })
    const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const
    expect(unsent.take(a, 60_001)).toBe(null)
    const release = unsent.take(a, 60_000)
    expect(unsent.take(a, 1)).toBe(null)
    expect(unsent.take(b, 40_000)).not.toBe(null)
    expect(unsent.take(c, 40_000)).toBe(null)
    expect(unsent.take(c, 17_000)).not.toBe(null)
    release?.()
    release?.()
    expect(unsent.total).toBe(57_000)
  })
})

describe('limits', () => {
  const at = { modules: [], host: '127.0.0.1', port: 0 }

  it.each([
    { requestMS: 1000 },
    { requestMs: 0 },
    { answerMs: 0 },
    { answerMs: 2 ** 31 },
    { connections: -1 },
    { bodyBytes: 1.5 },
  ])('that are none are refused: %o', (limits) => {
    expect(() => new HttpServer({ ...at, limits })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }))
  })

  it.each([
    { burst: 0, perSecond: 1 },
    { burst: 0.5, perSecond: 1 },
    { burst: 1, perSecond: 0 },
    { burst: 1, perSecond: Number.NaN },
    { burst: 1, perSecond: 1, perMinute: 60 },
  ])('of a rate that is none are refused: %o', (rateLimit) => {
    expect(() => new HttpServer({ ...at, rateLimit })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }))
  })

  it('are taken from the least on, and so are those that are not given', () => {
    for (const limits of [{}, { requestMs: 1 }, { answerMs: undefined }, { bodyBytes: 0 }]) {
      const options = { ...at, limits, rateLimit: { burst: 1, perSecond: 0.001 } } as HttpServerOptions
      expect(() => new HttpServer(options)).not.toThrow()
    }
  })
})

describe('a connection', () => {
  it('is one of a few of its address', async () => {
    const { client, server } = await serving({ connectionsPerAddress: 3 }, 10)
    const sockets = [client(), client(), client()]
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    await closed(client(ASK))
    sockets[0]?.destroy()
    await vi.waitFor(async () => expect((await fetch(`${server.url}/big`)).status).toBe(200), { timeout: 20_000 })
  })

  it('has to bring its request in time', async () => {
    const { client } = await serving({ requestMs: 1000 }, 10)
    const [silent, slow] = [client(), client('GET /big HTTP/1.1\r\n')]
    const trickle = setInterval(() => slow.write('x'), 100)
    closing.push(() => clearInterval(trickle))
    silent.resume()
    slow.resume()
    await Promise.all([closed(silent), closed(slow)])
  })

  it('is its IPv4 address’s, or its IPv6 network’s', () => {
    for (const [address, client] of [
      ['192.0.2.7', '192.0.2.7'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
      ['2001:db8::6', '2001:db8:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ] as const) {
      expect(clientOfAddress(address)).toBe(client)
    }
  })
})
