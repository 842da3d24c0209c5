import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import { HttpServer, type HttpServerOptions, type RouteModule, type Routes } from '../../src/http/index.ts'

/** Servers and clients for the tests of one file; all are closed after each test. */
export class KernelPlace {
  readonly #closing: (() => Promise<void> | void)[] = []

  constructor() {
    afterEach(async () => {
      for (const close of this.#closing.splice(0).reverse()) await close()
    })
  }

  /** A server of these routes. */
  async serving(register: (routes: Routes) => void, options: Partial<HttpServerOptions> = {}) {
    const module: RouteModule = { name: 'test', description: 'what a test needs', register }
    const server = new HttpServer({ modules: [module], host: '127.0.0.1', port: 0, ...options })
    const failures: unknown[] = []
    server.events.on('failed', (error) => failures.push(error))
    await server.start()
    this.#closing.push(() => server.stop())
    const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
    /** A connection on which `text` is sent as it stands; what comes back is read only when asked for. */
    const client = (text = '') => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(text)
      this.#closing.push(() => void socket.destroy())
      return socket
    }
    return { server, get, client, failures }
  }
}

/** Everything that comes until the other side ends. */
export async function received(socket: Socket): Promise<string> {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  await once(socket, 'close')
  return Buffer.concat(pieces).toString('latin1')
}

/** The status lines in what came. */
export const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 ([0-9]{3})/g)].map(([, code]) => Number(code))
