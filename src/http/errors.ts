import type { Socket } from 'node:net'
import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { AppOptions } from './app-options.ts'
import { fail } from './failure.ts'
import { MAX_HEADER_BYTES } from './limits.ts'
import type { Routes } from './route-module.ts'

/** How fastify's refusals of a request are told. */
const NAMES: Readonly<Record<number, string>> = {
  400: 'bad-request',
  413: 'too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
}

/** Characters of what a schema says to a request that breaks it. */
const MAX_DETAIL = 500

/** What is thrown: a request that was refused before its route is told why, all else is the operator's to know. */
export function addErrors(app: Routes, { connections, onFailed }: AppOptions): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (hasZodFastifySchemaValidationErrors(error)) {
      // A part of a path that is none of its kind leads nowhere.
      if (error.validationContext === 'params') return fail(reply, 404, 'no-such-path', 'there is nothing at this path')
      return fail(reply, 400, 'bad-request', error.message.slice(0, MAX_DETAIL))
    }
    const { statusCode = 500, message } = error
    const name = NAMES[statusCode]
    if (name !== undefined) return fail(reply, statusCode, name, message.slice(0, MAX_DETAIL))
    if (!connections.exchangeOf(request.raw).ended) onFailed(error)
    return fail(reply, 502, 'unavailable', 'this could not be made now')
  })
}

const UNREADABLE: Readonly<Record<string, readonly [line: string, error: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers-too-large',
    `at most ${MAX_HEADER_BYTES} bytes of headers`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'too-slow', 'the request did not come in time'],
}

/** What an answer to something that is no request depends on. */
export interface BadRequest {
  /** Whether an answer is under way on its connection. */
  readonly answering: boolean
  /** Whether a browser whose headers are too long is told to forget the cookies of the site. */
  readonly forgetsCookies: boolean
}

/** Ends a connection on which something came that is no request, with an answer where none is under way on it. */
export function badRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  { answering, forgetsCookies }: BadRequest,
): void {
  if (socket.writable && !answering && error.code !== 'ECONNRESET') {
    const [line, name, detail] = UNREADABLE[error.code ?? ''] ?? ['400 Bad Request', 'bad-request', 'this is no HTTP']
    const body = `${JSON.stringify({ error: name, detail })}\n`
    const headers = [
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      ...(forgetsCookies && error.code === 'HPE_HEADER_OVERFLOW' ? ['clear-site-data: "cookies"'] : []),
    ]
    socket.write(`HTTP/1.1 ${line}\r\n${headers.join('\r\n')}\r\n\r\n${body}`)
  }
  socket.destroy(error)
}
