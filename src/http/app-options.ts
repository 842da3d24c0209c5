import type { RequestListener, Server } from 'node:http'
import type { RateLimit } from '../lib/index.ts'
import type { Connections } from './connections.ts'
import type { HttpLimits } from './limits.ts'
import type { RouteModule, ServerInfo } from './route-module.ts'

export interface AppOptions {
  readonly modules: readonly RouteModule[]
  readonly connections: Connections
  readonly limits: HttpLimits
  readonly rateLimit: RateLimit
  readonly clock: () => number
  readonly anyOrigin: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly forgetsCookies: boolean
  readonly about: ServerInfo | null
  createServer(handle: RequestListener): Server
  onFailed(error: unknown): void
}
