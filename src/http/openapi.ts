import swagger from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { RouteModule, Routes, ServerInfo } from './route-module.ts'

/** Where every server that says what it is has its OpenAPI document. */
const OPENAPI_PATH = '/openapi.json'

/** Adds the document of all routes that are added after it. */
export async function addOpenApi(app: Routes, info: ServerInfo, modules: readonly RouteModule[]): Promise<void> {
  const tags = modules.map(({ name, description }) => ({ name, description }))
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { ...info }, tags },
    transform: jsonSchemaTransform,
  })
  let document = new Uint8Array()
  app.addHook('onReady', async () => {
    const { paths = {}, ...rest } = app.swagger()
    // HEAD is what GET is, without its content: nothing to be told twice.
    const described = Object.fromEntries(
      Object.entries(paths).map(([path, { head: _head, ...others }]) => [path, others]),
    )
    document = new TextEncoder().encode(JSON.stringify({ ...rest, paths: described }))
  })
  app.get(OPENAPI_PATH, { schema: { hide: true } as object }, (_request, reply) =>
    reply.sendContent({ type: 'application/json', bytes: document }),
  )
}
