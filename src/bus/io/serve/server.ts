import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { busError } from '../../errors.ts'
import { Connections, clientOf, SERVE_LIMITS, type ServeLimits } from './connections.ts'
import { type RateLimit, RateLimiter } from './rate-limit.ts'
import { type Answer, failure, findRoute } from './routes.ts'
import type { ServedBus } from './served-bus.ts'

export interface ServeOptions {
  readonly bus: ServedBus
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** By address; 20 requests a second and 60 at once unless given. */
  readonly rateLimit?: RateLimit
  /** Those of docs/serving.md unless given. */
  readonly limits?: Partial<ServeLimits>
  /** What went wrong inside; the client hears only that something did. */
  onError?(error: unknown): void
}

export interface RunningServer {
  readonly url: string
  close(): Promise<void>
}

const MAX_TARGET = 512
/** Requests that ask a node at the same time. */
const MAX_COSTLY = 4
/** Between two looks for connections whose time is up; Node's own is 30 s. */
const LOOK_FOR_LATE_MS = 1000

/**
 * Read-only HTTP over what a `ServedBus` serves. Everything it hands out verifies without trust in it.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import * as wsc from 'wsc-bitcoin'
 *
 * const { regtest } = wsc
 * const verifier = await wsc.loadVerifier()
 * const headers = wsc.fileSource(await readFile('regtest-headers.bin'))
 * if (!headers.ok) throw new Error(headers.detail)
 * const client = new wsc.BitcoindClient({ url: 'http://127.0.0.1:9', auth: { kind: 'cookie', file: '.cookie' } })
 * const history = await wsc.History.open(wsc.startContext(regtest), wsc.memoryTable(), verifier)
 * const bus = new wsc.ServedBus({
 *   history: wsc.ownHistory(history, headers.source),
 *   blocks: wsc.bitcoindBlocks(client),
 * })
 * const judge = (proof) => wsc.verifyProof(proof, { params: regtest, verifier, now: Date.now() / 1000 })
 * await new wsc.ServedFile({ file: 'regtest.proof', bus, judge }).look()
 * const server = await wsc.serveBus({ bus, host: '127.0.0.1', port: 0, clock: Date.now })
 * const state = await (await fetch(`${server.url}/v1/state`)).json()
 * await server.close()
 * client.close()
 * console.log(state.height) // 5
 */
export async function serveBus(options: ServeOptions): Promise<RunningServer> {
  const limiter = new RateLimiter(options.rateLimit ?? { burst: 60, perSecond: 20 }, options.clock)
  const limits = { ...SERVE_LIMITS, ...options.limits }
  const connections = new Connections(limits)
  let costly = 0
  const decide = async (request: IncomingMessage, leaving: AbortSignal): Promise<Answer> => {
    if (!limiter.take(clientOf(request.socket))) return failure(429, 'too-many-requests', 'wait a second')
    const target = request.url ?? ''
    if (request.method === 'OPTIONS') return PREFLIGHT
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return failure(405, 'method-not-allowed', 'this server is read-only')
    }
    if (hasBody(request)) return failure(413, 'no-body', 'requests have no body')
    if (target.length > MAX_TARGET) return failure(414, 'too-long', `at most ${MAX_TARGET} characters`)
    const url = URL.canParse(target, 'http://bus') ? new URL(target, 'http://bus') : null
    const route = url === null ? null : findRoute(url.pathname, url.searchParams)
    if (route === null) return failure(404, 'no-such-path', 'the paths are told in docs/serving.md')
    if (route.costly && costly >= MAX_COSTLY) return failure(503, 'busy', 'try again in a second')
    const { current } = options.bus
    if (current === null) return failure(503, 'no-proof', 'there is no proof to serve yet')
    costly += route.costly ? 1 : 0
    try {
      return await route.answer(current, leaving)
    } finally {
      costly -= route.costly ? 1 : 0
    }
  }
  const server = createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(LOOK_FOR_LATE_MS, limits.requestMs),
      maxHeaderSize: 8192,
      keepAliveTimeout: 5000,
    },
    (request, response) => {
      const { socket } = request
      // A client that goes away, and a server that closes, end what is being made for it.
      const leaving = new AbortController()
      let release: (() => void) | null = null
      // Not the socket's own timer: that one begins anew with each byte that is read.
      const tooLate = setTimeout(() => socket.destroy(), limits.answerMs)
      const end = () => {
        clearTimeout(tooLate)
        release?.()
        leaving.abort()
      }
      const callOff = connections.atEnd(socket, end)
      response.once('close', () => {
        callOff()
        end()
      })
      void decide(request, leaving.signal)
        .catch((error) => {
          if (!leaving.signal.aborted) options.onError?.(error)
          return failure(502, 'unavailable', 'this could not be made now')
        })
        .then((answer) => {
          if (socket.destroyed) return
          release = connections.hold(socket, answer.body.length)
          send(request, response, release === null ? failure(503, 'busy', 'too much waits to be read') : answer)
        })
    },
  )
  server.maxConnections = limits.connections
  server.on('connection', (socket) => connections.admit(socket))
  await listen(server, options)
  const { address, family, port } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** What a page's browser asks before it may send If-None-Match from another origin. */
const PREFLIGHT: Answer = { status: 204, type: 'application/json', body: new Uint8Array() }
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'if-none-match',
  'access-control-max-age': '86400',
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body, etag }: Answer): void {
  const unchanged = status === 200 && etag !== undefined && request.headers['if-none-match'] === etag
  const empty = unchanged || status === 204
  response.writeHead(unchanged ? 304 : status, {
    // Neither describes an answer without content (RFC 9110, 8.6).
    ...(empty ? {} : { 'content-type': type, 'content-length': body.length }),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    // Whatever is served verifies by itself and is public: any page may read it.
    'access-control-allow-origin': '*',
    ...(status === 204 ? PREFLIGHT_HEADERS : {}),
    ...(etag === undefined ? {} : { etag }),
    ...(status === 429 || status === 503 ? { 'retry-after': '1' } : {}),
    // An unread body would be taken for the next request.
    ...(status === 413 || status === 405 ? { connection: 'close' } : {}),
  })
  response.end(empty || request.method === 'HEAD' ? undefined : body)
}

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : (cause.code ?? cause.message)
      reject(
        busError('E_IO', `cannot listen at ${host}:${port}: ${reason}`, {
          cause,
          cure: { act: 'other-address', subject: `${host}:${port}` },
        }),
      )
    })
    server.listen(port, host, resolve)
  })
}
