import type { FastifyReply, FastifyRequest } from 'fastify'
import { Budget } from '../lib/index.ts'
import type { AppOptions } from './app-options.ts'
import { fail } from './failure.ts'
import { MAX_TARGET } from './limits.ts'
import type { Routes } from './route-module.ts'

/**
 * What a request must be before anything of it is read or done: of a client that waited, of a method that its path has,
 * with a body only where one is taken, and within the lengths.
 */
export function addRequestRules(app: Routes, { connections, limits, anyOrigin }: AppOptions): void {
  const methods = new Set<string>()
  const bodies = new Budget({ total: limits.bodyBytes, perClient: limits.bodyBytesPerAddress })
  app.addHook('onRoute', (route) => {
    if (route.method === 'GET') route.method = ['GET', 'HEAD']
    for (const method of [route.method].flat()) methods.add(method)
  })
  // What has a route brings the same along by itself, or a limit of its own.
  const limitRate = app.rateLimit()
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) limitRate.call(app, request, reply).then(() => done(), done)
    else done()
  })
  const allowed = (url: string) => [...methods].filter((method) => app.findRoute({ method, url }) !== null)

  app.addHook('preParsing', (request, reply, _payload, done) => {
    if (refuse(request, reply) === null) done()
  })

  /** Answers what is not let in, and OPTIONS; null for what goes on. */
  function refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
    const { method, url } = request
    const unwanted = refuseHeaders(request, reply)
    if (unwanted !== null) return unwanted
    if (method === 'OPTIONS') return hasBody(request) ? noBody(reply) : preflight(reply, allowed(url), anyOrigin)
    if (request.is404) {
      const there = allowed(url)
      if (there.length > 0 || !methods.has(method)) {
        const allow = [...(there.length > 0 ? there : methods), 'OPTIONS'].join(', ')
        return closing(reply.header('allow', allow), 405, 'method-not-allowed', `not ${method} at this path`)
      }
    }
    if (!takesBody(request) && hasBody(request)) return noBody(reply)
    if (request.originalUrl.length > MAX_TARGET) return fail(reply, 414, 'too-long', `at most ${MAX_TARGET} characters`)
    if (request.is404) return fail(reply, 404, 'no-such-path', 'there is nothing at this path')
    return hasBody(request) ? refuseBody(request, reply) : null
  }

  /** A body comes in where its length is told, within the route's limit, and there is room for it. */
  function refuseBody(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
    const length = request.headers['content-length']
    if (length === undefined) return closing(reply, 411, 'length-required', 'tell Content-Length')
    const { bodyLimit } = request.routeOptions
    if (Number(length) > bodyLimit) return closing(reply, 413, 'too-large', `at most ${bodyLimit} bytes`)
    const release = bodies.take(connections.clientOf(request.raw.socket), Number(length))
    if (release === null) return closing(reply, 503, 'busy', 'too much is being sent here')
    connections.exchangeOf(request.raw).atEnd(release)
    return null
  }
}

/** What HTTP/1.1 itself asks of a request (RFC 9110, 7.2 and 10.1.1; RFC 9112, 3.2); before it nobody had to know either header. */
function refuseHeaders({ raw }: FastifyRequest, reply: FastifyReply): FastifyReply | null {
  // Of two a proxy in front may have gone by the other one.
  const hosts = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts > 1) return closing(reply, 400, 'bad-request', 'tell one Host')
  if (raw.httpVersion !== '1.1') return null
  const { host, expect } = raw.headers
  if (host === undefined) return closing(reply, 400, 'bad-request', 'tell Host')
  if (expect === undefined || expect.toLowerCase() === '100-continue') return null
  return closing(reply, 417, 'expectation-failed', 'nothing is expected here but 100-continue')
}

function noBody(reply: FastifyReply): FastifyReply {
  return closing(reply, 413, 'no-body', 'requests have no body')
}

/** An unread body would be taken for the next request. */
function closing(reply: FastifyReply, status: number, error: string, detail: string): FastifyReply {
  return fail(reply.header('connection', 'close'), status, error, detail)
}

function takesBody(request: FastifyRequest): boolean {
  return (request.routeOptions.schema as { readonly body?: unknown } | undefined)?.body !== undefined
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** What a page's browser asks before it may send more than a plain GET from another origin; else what may be done. */
function preflight(reply: FastifyReply, allowed: readonly string[], anyOrigin: boolean): FastifyReply {
  const methods = (allowed.length > 0 ? allowed : ['GET', 'HEAD']).join(', ')
  reply.header('allow', `${methods}, OPTIONS`)
  if (anyOrigin) {
    reply.headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': methods === 'GET, HEAD' ? 'if-none-match' : 'if-none-match, content-type',
      'access-control-max-age': '86400',
    })
  }
  return reply.code(204).send()
}
