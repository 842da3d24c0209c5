import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  aBoolean,
  aborted,
  aFunction,
  aNumber,
  anInteger,
  aText,
  aTimerMs,
  Emitter,
  type Events,
  exactly,
  having,
  type OptionRules,
  optional,
  type RateLimit,
  Running,
  requireOptions,
  type Service,
  WscError,
} from '../lib/index.ts'
import { boundedServer, listen } from './bounded-server.ts'
import { Connections } from './connections.ts'
import { HTTP_LIMITS, type HttpLimits, RATE_LIMIT } from './limits.ts'
import type { RouteModule, ServerInfo } from './route-module.ts'

/** What a server serves, where, and within which bounds. */
export interface HttpServerOptions {
  readonly modules: readonly RouteModule[]
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Of one client, by address, over all routes but those that have a `config.rateLimit` of their own. */
  readonly rateLimit?: RateLimit
  readonly limits?: Partial<HttpLimits>
  /** Whether any page may read what is answered: right for what is public and verifies by itself. */
  readonly anyOrigin?: boolean
  /** Sent with every answer that does not say otherwise. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Whether a browser that sends more headers than are read (431) is told to forget the cookies of the site: right where pages
   * that are served could set so many for each other that nothing is served any more, and no cookie is of any use.
   */
  readonly forgetsCookies?: boolean
  /** Where given, `/openapi.json` tells of all routes. */
  readonly about?: ServerInfo
  /** Milliseconds, for the rate limit; the machine's monotonic clock unless given. */
  readonly clock?: () => number
}

const anAmount = anInteger(0, Number.MAX_SAFE_INTEGER)
const LIMITS: OptionRules<HttpLimits> = {
  connections: anAmount,
  connectionsPerAddress: anAmount,
  requestsPerConnection: anAmount,
  // To Node, 0 is no limit, and what a timer cannot wait is none at all.
  requestMs: aTimerMs,
  answerMs: aTimerMs,
  unsentBytes: anAmount,
  unsentBytesPerAddress: anAmount,
  bodyBytes: anAmount,
  bodyBytesPerAddress: anAmount,
}
/** Less than one at once would let nobody in, and less than one in some eleven days is no rate. */
const RATE: OptionRules<RateLimit> = { burst: aNumber(1, 1e9), perSecond: aNumber(1e-6, 1e9) }
const OPTIONS: OptionRules<HttpServerOptions> = {
  modules: {
    what: 'a list of route modules',
    holds: (value) =>
      Array.isArray(value) && value.every(having('a route module', { name: aText, register: aFunction }).holds),
  },
  host: aText,
  port: anInteger(0, 65_535),
  rateLimit: optional(exactly('a rate limit: burst from 1 to 1e9, perSecond from 1e-6 to 1e9', RATE)),
  limits: optional(
    exactly(
      'limits by their names, each a whole number, and times from 1 to 2147483647',
      Object.fromEntries(Object.entries(LIMITS).map(([name, rule]) => [name, optional(rule)])),
    ),
  ),
  anyOrigin: optional(aBoolean),
  headers: optional({
    what: 'texts by name',
    holds: (value) => having('texts', {}).holds(value) && Object.values(value as object).every(aText.holds),
  }),
  forgetsCookies: optional(aBoolean),
  about: optional(having('what the document says', { title: aText, version: aText, description: aText })),
  clock: optional(aFunction),
}

/** What a server tells beside its answers. */
export interface HttpServerEvents {
  /** What went wrong inside; the client heard only that something did. */
  readonly failed: unknown
}

/**
 * An HTTP server of routes that parts register, within limits that hold for all of them together. It does for every route:
 * connections, time and memory of each client are bounded, and so are its requests; bodies come in only where the route's
 * schema has one, within its `bodyLimit`; parameters, query and body are what its zod schemas say; HEAD is answered as
 * GET is; other methods are refused with those there are; conditions are compared with the `etag` that the answer has;
 * failures are `{error, detail}`. What a route throws is told by the event `failed`, and to the client as 502.
 *
 * A part that serves something exports a `RouteModule`, a server is composed of as many as there are. A route answers by
 * `reply.send` (objects are sent as JSON, a Node `Readable` as fast as it is read), by `reply.sendContent` (bytes or a
 * stream, with ranges and an entity tag), or by `reply.fail`; what takes long ends when `request.leaving` fires.
 *
 * @example
 * import { HttpServer } from 'wsc-bitcoin'
 * import { z } from 'zod'
 *
 * const notes = new Map()
 * const name = z.object({ name: z.string().regex(/^[a-z]{1,20}$/) })
 * const notesModule = {
 *   name: 'notes',
 *   description: 'Short texts by name',
 *   register(routes) {
 *     const body = z.object({ text: z.string().max(1000) })
 *     routes.put('/notes/:name', { schema: { params: name, body }, bodyLimit: 4096 }, (request, reply) => {
 *       notes.set(request.params.name, new TextEncoder().encode(request.body.text))
 *       return reply.code(204).send()
 *     })
 *     routes.get('/notes/:name', { schema: { params: name } }, (request, reply) => {
 *       const bytes = notes.get(request.params.name)
 *       if (bytes === undefined) return reply.fail(404, 'no-such-note', 'nobody wrote it')
 *       return reply.sendContent({ type: 'text/plain; charset=utf-8', bytes })
 *     })
 *   },
 * }
 * const server = new HttpServer({ modules: [notesModule], host: '127.0.0.1', port: 0 })
 * await server.start()
 * const body = JSON.stringify({ text: 'hello' })
 * await fetch(`${server.url}/notes/a`, { method: 'PUT', body, headers: { 'content-type': 'application/json' } })
 * const part = await fetch(`${server.url}/notes/a`, { headers: { range: 'bytes=1-3' } })
 * const text = await part.text()
 * await server.stop()
 * console.log(part.status, text) // 206 ell
 */
export class HttpServer implements Service {
  readonly #options: HttpServerOptions
  readonly #events = new Emitter<HttpServerEvents>()
  readonly #running = new Running()
  #server: Server | null = null

  constructor(options: HttpServerOptions) {
    requireOptions('HttpServer', options, OPTIONS)
    this.#options = options
  }

  get events(): Events<HttpServerEvents> {
    return this.#events
  }

  /** Where it listens, once it does. */
  get url(): string {
    const at = this.#server?.address() as AddressInfo | null | undefined
    if (at === null || at === undefined) throw new WscError('E_NOT_STARTED', 'the server does not listen')
    return `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`
  }

  async start(signal?: AbortSignal): Promise<void> {
    const work = async (server: Server, ending: AbortSignal) => {
      await aborted(ending)
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    }
    await this.#running.openAndBegin(() => this.#listen(), work, signal)
  }

  stop(): Promise<void> {
    return this.#running.stop()
  }

  async #listen(): Promise<Server> {
    const { host, port } = this.#options
    const server = await this.#build()
    await listen(server, host, port, (error) => this.#events.emit('failed', error))
    this.#server = server
    return server
  }

  async #build(): Promise<Server> {
    const { modules, anyOrigin = false, headers = {}, forgetsCookies = false, about = null } = this.#options
    const { rateLimit = RATE_LIMIT } = this.#options
    const clock = this.#options.clock ?? (() => performance.now())
    const limits = { ...HTTP_LIMITS, ...this.#options.limits }
    const connections = new Connections(limits)
    let last: unknown = null
    // Only where a server starts: it takes longer to load than a command has to run.
    const { buildApp } = await import('./build-app.ts')
    const app = await buildApp({
      ...{ modules, connections, limits, rateLimit, clock, anyOrigin, headers, forgetsCookies, about },
      createServer: (handle) => boundedServer(handle, connections, limits),
      onFailed: (error) => {
        // A stream's may come both ways: by itself, and as what its route threw.
        if (error !== last) this.#events.emit('failed', error)
        last = error
      },
    })
    return app.server
  }
}
