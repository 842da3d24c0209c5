import rateLimit from '@fastify/rate-limit'
import fastify from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { addAnswers } from './answers.ts'
import type { AppOptions } from './app-options.ts'
import { bucketStore } from './bucket-store.ts'
import { type Content, sendContent } from './content.ts'
import { addErrors, badRequest } from './errors.ts'
import { fail } from './failure.ts'
import { MAX_HEADER_BYTES } from './limits.ts'
import { addOpenApi } from './openapi.ts'
import { addRequestRules } from './request-rules.ts'
import type { Routes } from './route-module.ts'
import { pathOf } from './target.ts'

/**
 * The router of a server: fastify finds the route, checks what comes in by its schemas, and sends. What bounds clients
 * stands around it (`HttpServer`, `Connections`) and in the hooks added here.
 */
export async function buildApp(options: AppOptions): Promise<Routes> {
  const { connections, rateLimit: limit, clock } = options
  const app = fastify({
    serverFactory: (handle) => options.createServer(handle),
    // Every target leads to a route or to the answer that there is none, through the same hooks.
    rewriteUrl: ({ url }) => pathOf(url ?? ''),
    routerOptions: {
      // No part of a target is longer than all of it may be.
      maxParamLength: MAX_HEADER_BYTES,
      querystringParser: (text) => firstOfEach(new URLSearchParams(text)),
    },
    // HEAD is answered by what answers GET (`addRequestRules`).
    exposeHeadRoutes: false,
    return503OnClosing: false,
    bodyLimit: 64 * 1024,
    clientErrorHandler: (error, socket) =>
      badRequest(error, socket, { answering: connections.answering(socket), forgetsCookies: options.forgetsCookies }),
  }).withTypeProvider<ZodTypeProvider>()
  app.decorateRequest('leaving', {
    getter() {
      return connections.exchangeOf(this.raw).signal
    },
  })
  app.decorateRequest('client', {
    getter() {
      return connections.clientOf(this.raw.socket)
    },
  })
  app.decorateReply('sendContent', function (content: Content) {
    return sendContent(this, content)
  })
  app.decorateReply('fail', function (status: number, error: string, detail: string) {
    return fail(this, status, error, detail)
  })
  app.setValidatorCompiler(validatorCompiler)
  // Schemas of answers are for the document, and compared with real answers in tests: none is read again to be sent.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.setReplySerializer((value) => `${JSON.stringify(value)}\n`)
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  await app.register(rateLimit, {
    max: limit.burst,
    timeWindow: (limit.burst * 1000) / limit.perSecond,
    keyGenerator: ({ client }) => client,
    store: bucketStore(clock),
    errorResponseBuilder: () => Object.assign(new Error('wait a second'), { statusCode: 429 }),
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
  })
  addRequestRules(app, options)
  addAnswers(app, options)
  addErrors(app, options)
  if (options.about !== null) await addOpenApi(app, options.about, options.modules)
  for (const module of options.modules) {
    await app.register(async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.schema = { ...route.schema, tags: [module.name] } as object
      })
      module.register(scope.withTypeProvider<ZodTypeProvider>())
    })
  }
  await app.ready()
  return app
}

/** As `URLSearchParams.get` has it; an object without a prototype, so that no name means anything else. */
function firstOfEach(query: URLSearchParams): Record<string, string> {
  const found: Record<string, string> = Object.create(null)
  for (const [name, value] of query) found[name] ??= value
  return found
}
