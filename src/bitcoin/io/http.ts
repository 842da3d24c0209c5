import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, Agent as SecureAgent } from 'node:https'
import { retryAfterMs } from '../../lib/index.ts'
import { BitcoindError } from './errors.ts'

export interface HttpReply {
  status: number
  body: Buffer
  /** Of what is in the body, as the server names it. */
  type: string | undefined
  /** After so many milliseconds the server is to be asked again, where it says so. */
  askedMs: number | undefined
}

export interface HttpRequest {
  method: 'GET' | 'POST'
  /** All of it: from `base` or `path` of the connection. */
  path: string
  headers?: Record<string, string>
  body?: string
  /** Longest answer that is read; more is an error, whatever its length header says. */
  maxBytes: number
  /** Whether a body of this type is read; one that is not is left empty. Every one is unless given. */
  reads?(type: string | undefined): boolean
  /** From the start of the request to the last byte of the answer. */
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** bitcoind drops connections idle for 30 s (-rpcservertimeout); letting them go first avoids most lost races. */
const IDLE_MS = 15_000

/** Answers that say: not now, and nothing was done. 408 and 425 are a proxy's. */
export function isBusy(status: number): boolean {
  return status === 429 || status === 503 || status === 408 || status === 425
}

/** Keep-alive HTTP to one host, with every answer bounded in size and time. */
export class HttpConnection {
  readonly url: URL
  /** The address's own path. */
  readonly path: string
  /** The same without the wallet it may name (`/wallet/NAME`): what other paths begin with. */
  readonly base: string
  readonly #agent: Agent

  constructor(url: URL) {
    this.url = url
    this.path = url.pathname
    this.base = url.pathname.replace(/\/wallet\/.*$/s, '').replace(/\/$/, '')
    const options = { keepAlive: true, maxSockets: 8, timeout: IDLE_MS, scheduling: 'lifo' as const }
    this.#agent = url.protocol === 'https:' ? new SecureAgent(options) : new Agent(options)
  }

  async send(request: HttpRequest): Promise<HttpReply> {
    request.signal?.throwIfAborted()
    const first = await this.#attempt(request)
    if (first !== 'stale') return first
    // The server had closed the kept connection before it read anything: that says nothing about the server.
    const second = await this.#attempt(request)
    if (second !== 'stale') return second
    throw unreachable(this.url, new Error('connection closed twice'))
  }

  close(): void {
    this.#agent.destroy()
  }

  #attempt(request: HttpRequest): Promise<HttpReply | 'stale'> {
    const { url } = this
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    return new Promise((resolve, reject) => {
      const body = request.body === undefined ? undefined : Buffer.from(request.body)
      const outgoing = send({
        agent: this.#agent,
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port,
        method: request.method,
        path: request.path,
        headers: { ...request.headers, ...(body && { 'content-length': body.length }) },
      })
      let answered = false
      const timer = setTimeout(() => {
        const seconds = request.timeoutMs / 1000
        const what = answered ? 'did not finish its answer' : 'accepted the request and stayed silent'
        const cure = { act: 'check-address-or-restart' }
        stop(new BitcoindError('E_NODE_TIMEOUT', `The node at ${url.host} ${what} for ${seconds} s.`, { cure }))
      }, request.timeoutMs)
      const onAbort = () => stop(request.signal?.reason)
      const finish = () => {
        clearTimeout(timer)
        request.signal?.removeEventListener('abort', onAbort)
      }
      const stop = (error: unknown) => {
        finish()
        reject(error)
        outgoing.destroy()
      }
      request.signal?.addEventListener('abort', onAbort, { once: true })
      outgoing.on('error', (cause: NodeJS.ErrnoException) => {
        finish()
        const lost = cause.code === 'ECONNRESET' || cause.code === 'EPIPE'
        if (lost && outgoing.reusedSocket && !answered) resolve('stale')
        else reject(connectionError(url, cause))
      })
      outgoing.on('response', (incoming: IncomingMessage) => {
        answered = true
        const { statusCode = 0, headers } = incoming
        const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
        const reply = { status: statusCode, type, askedMs: retryAfterMs(headers['retry-after'], Date.now()) }
        const chunks: Buffer[] = []
        if (request.reads?.(type) === false) {
          finish()
          resolve({ ...reply, body: Buffer.alloc(0) })
          incoming.destroy()
          return
        }
        let size = 0
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > request.maxBytes) stop(tooLong(url, request.maxBytes))
          else chunks.push(chunk)
        })
        incoming.on('error', (cause) => stop(connectionError(url, cause)))
        incoming.on('end', () => {
          finish()
          resolve({ ...reply, body: Buffer.concat(chunks) })
        })
      })
      outgoing.end(body)
    })
  }
}

function connectionError(url: URL, cause: NodeJS.ErrnoException): BitcoindError {
  // Node's HTTP parser names what is not HTTP at all by codes of its own.
  if (!cause.code?.startsWith('HPE_')) return unreachable(url, cause)
  const message = `What listens at ${url.host} does not speak HTTP.`
  return new BitcoindError('E_NODE_GARBAGE', message, { cause, cure: { act: 'check-address' } })
}

function unreachable(url: URL, cause: NodeJS.ErrnoException): BitcoindError {
  const reason = cause.code ?? cause.message
  const cure = { act: 'start-or-other-node' }
  return new BitcoindError('E_NODE_UNREACHABLE', `No node answers at ${url.host} (${reason}).`, { cause, cure })
}

function tooLong(url: URL, maxBytes: number): BitcoindError {
  const message = `The node at ${url.host} sent more than ${maxBytes} bytes for one answer; no Bitcoin node does.`
  return new BitcoindError('E_NODE_GARBAGE', message)
}
