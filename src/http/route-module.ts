import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Content } from './content.ts'

/** Where a module declares its routes: a fastify instance of its own, whose schemas are zod's. */
export type Routes = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

declare module 'fastify' {
  interface FastifyRequest {
    /** Fires once the answer was taken in full, or the client is gone: what is made for it may stop. */
    readonly leaving: AbortSignal
    /** Whose request it is: an IPv4 address, or the first 64 bits of an IPv6 address. */
    readonly client: string
  }
  interface FastifyReply {
    /**
     * Answers a GET or HEAD with the content, or with the range of it that is asked for (RFC 9110, 14); whether it
     * changed is compared by the kernel. Content that has not the length it says breaks the connection off: a part of
     * it is never taken for the whole.
     */
    sendContent(content: Content): this
    /**
     * Answers that a request cannot be served as it stands. What goes wrong inside is thrown instead: the client then
     * hears only that something did.
     */
    fail(status: number, error: string, detail: string): this
  }
}

/**
 * The routes of one part. Hooks and parsers that it adds are its own; what the kernel does for all routes is told at
 * `HttpServer`.
 */
export interface RouteModule {
  /** The tag of its routes in the OpenAPI document, and what the document says of them. */
  readonly name: string
  readonly description: string
  register(routes: Routes): void
}

/** What the OpenAPI document of a server says of it. */
export interface ServerInfo {
  readonly title: string
  readonly version: string
  readonly description: string
}
