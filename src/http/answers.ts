import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Budget } from '../lib/index.ts'
import type { AppOptions } from './app-options.ts'
import type { Failure } from './failure.ts'
import { SMALL_ANSWER, STREAMED_ANSWER } from './limits.ts'
import { precondition } from './preconditions.ts'
import type { Routes } from './route-module.ts'

/** What fastify is about to send: an object is text by now. */
type Payload = string | Buffer | Readable | null | undefined

/**
 * What every answer has in common, whoever makes it: headers, the conditions of its request (an `etag` is enough for
 * them), and its part of what may wait to be read.
 */
export function addAnswers(app: Routes, { connections, limits, anyOrigin, headers, onFailed }: AppOptions): void {
  const unsent = new Budget({
    total: limits.unsentBytes,
    perClient: limits.unsentBytesPerAddress,
    small: SMALL_ANSWER,
  })
  app.addHook('onSend', (request, reply, payload: Payload, done) => {
    for (const [name, value] of Object.entries(headers)) if (!reply.hasHeader(name)) reply.header(name, value)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
    reply.header('x-content-type-options', 'nosniff')
    // Who asks on all the same has to connect anew, and what it sent behind this request is not answered.
    if (reply.statusCode === 429) reply.header('connection', 'close')
    // Whatever is served there verifies by itself and is public: any page may read it.
    if (anyOrigin) reply.header('access-control-allow-origin', '*')
    const body = conditional(request, reply, payload)
    const exchange = connections.exchangeOf(request.raw)
    exchange.holds(() => {})
    const release = unsent.take(connections.clientOf(request.raw.socket), heldBytes(request, reply, body))
    if (release === null) {
      discard(body)
      done(null, replaced(reply, 503, { error: 'busy', detail: 'too much waits to be read' }))
      return
    }
    exchange.holds(release)
    // Behind another answer of its connection it may never have been asked for anything.
    exchange.atEnd(() => discard(body))
    // Its own failure: once its first bytes are sent nobody else hears of it.
    if (body instanceof Readable) body.on('error', (error) => exchange.ended || onFailed(error))
    retryLater(reply)
    // JSON is UTF-8 by definition and knows no such parameter (RFC 8259, 11).
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8') reply.type('application/json')
    done(null, body)
  })
}

/** What a conditional request leaves of an answer that would otherwise be sent. */
function conditional(request: FastifyRequest, reply: FastifyReply, payload: Payload): Payload {
  const { method, headers } = request
  if ((method !== 'GET' && method !== 'HEAD') || ![200, 206, 416].includes(reply.statusCode)) return payload
  const etag = reply.getHeader('etag')
  const met = precondition(headers, typeof etag === 'string' ? etag : null)
  if (met === 'send') return payload
  discard(payload)
  if (met === 'failed')
    return replaced(reply, 412, { error: 'precondition-failed', detail: 'it is not what If-Match names' })
  reply.code(304)
  // None of these describes an answer without content (RFC 9110, 8.6 and 15.4.5).
  for (const name of ['content-type', 'content-length', 'content-range']) reply.removeHeader(name)
  return null
}

/** A failure instead of what was to be sent. */
function replaced(reply: FastifyReply, status: number, failure: Failure): string {
  for (const name of ['content-length', 'content-range', 'accept-ranges', 'etag']) reply.removeHeader(name)
  reply.code(status).type('application/json')
  retryLater(reply)
  return `${JSON.stringify(failure)}\n`
}

function retryLater(reply: FastifyReply): void {
  const { statusCode } = reply
  if ((statusCode === 429 || statusCode === 503) && !reply.hasHeader('retry-after')) reply.header('retry-after', '1')
}

/** Bytes that an answer may have waiting: all of what is in memory, of a stream what its buffers take. */
function heldBytes({ method }: FastifyRequest, reply: FastifyReply, payload: Payload): number {
  if (payload === null || payload === undefined || method === 'HEAD') return 0
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) return Buffer.byteLength(payload)
  return Math.min(STREAMED_ANSWER, Number(reply.getHeader('content-length') ?? STREAMED_ANSWER))
}

function discard(payload: Payload): void {
  if (payload instanceof Readable) payload.destroy()
}
