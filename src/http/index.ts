/** The HTTP kernel: a bounded server that parts register route modules with. */
export type { Content } from './content.ts'
export { failureSchema } from './failure.ts'
export { HttpServer, type HttpServerEvents, type HttpServerOptions } from './http-server.ts'
export type { HttpLimits } from './limits.ts'
export type { RouteModule, Routes, ServerInfo } from './route-module.ts'
