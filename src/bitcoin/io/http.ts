import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, Agent as SecureAgent } from 'node:https'
import { BitcoindError } from './errors.ts'

export interface HttpReply {
  status: number
  body: Buffer
}

export interface HttpRequest {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
  /** Longest answer that is read; more is an error, whatever its length header says. */
  maxBytes: number
  /** From the start of the request to the last byte of the answer. */
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** bitcoind drops connections idle for 30 s (-rpcservertimeout); letting them go first avoids most lost races. */
const IDLE_MS = 15_000

/** Keep-alive HTTP to one host, with every answer bounded in size and time. */
export class HttpConnection {
  readonly url: URL
  readonly #agent: Agent

  constructor(url: URL) {
    this.url = url
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
        path: `${url.pathname.replace(/\/$/, '')}${request.path}`,
        headers: { ...request.headers, ...(body && { 'content-length': body.length }) },
      })
      let answered = false
      const timer = setTimeout(() => {
        const seconds = request.timeoutMs / 1000
        const what = answered ? 'did not finish its answer' : 'accepted the request and stayed silent'
        const cure = 'Check that the address is a Bitcoin node’s RPC port, or restart the node.'
        stop(new BitcoindError('E_NODE_TIMEOUT', `The node at ${url.host} ${what} for ${seconds} s. ${cure}`))
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
        const chunks: Buffer[] = []
        let size = 0
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > request.maxBytes) stop(tooLong(url, request.maxBytes))
          else chunks.push(chunk)
        })
        incoming.on('error', (cause) => stop(connectionError(url, cause)))
        incoming.on('end', () => {
          finish()
          resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) })
        })
      })
      outgoing.end(body)
    })
  }
}

function connectionError(url: URL, cause: NodeJS.ErrnoException): BitcoindError {
  // Node's HTTP parser names what is not HTTP at all by codes of its own.
  if (!cause.code?.startsWith('HPE_')) return unreachable(url, cause)
  const message = `What listens at ${url.host} does not speak HTTP. Check the address and port of the node’s RPC.`
  return new BitcoindError('E_NODE_GARBAGE', message, { cause })
}

function unreachable(url: URL, cause: NodeJS.ErrnoException): BitcoindError {
  const reason = cause.code ?? cause.message
  const cure = 'Start bitcoind (with server=1), or name its address with --rpc.'
  return new BitcoindError('E_NODE_UNREACHABLE', `No node answers at ${url.host} (${reason}). ${cure}`, { cause })
}

function tooLong(url: URL, maxBytes: number): BitcoindError {
  const message = `The node at ${url.host} sent more than ${maxBytes} bytes for one answer; no Bitcoin node does.`
  return new BitcoindError('E_NODE_GARBAGE', message)
}
