import { createServer, type RequestListener, type Server } from 'node:http'
import { WscError } from '../lib/index.ts'
import type { Connections } from './connections.ts'
import { type HttpLimits, MAX_HEADER_BYTES } from './limits.ts'

/** Between two looks for connections whose time is up; Node's own is 30 s. */
const LOOK_FOR_LATE_MS = 1000

/** Node's server within the limits. */
export function boundedServer(handle: RequestListener, connections: Connections, limits: HttpLimits): Server {
  const server = createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(LOOK_FOR_LATE_MS, limits.requestMs),
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: 5000,
    },
    (request, response) => {
      connections.begin(request, response)
      handle(request, response)
    },
  )
  server.maxConnections = limits.connections
  server.on('connection', (socket) => connections.admit(socket))
  return server
}

/** Resolves once it listens; throws E_IO where it cannot. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : (cause.code ?? cause.message)
      const address = `${host}:${port}`
      const cure = { act: 'other-address', subject: address }
      reject(new WscError('E_IO', `cannot listen at ${address}: ${reason}`, { cause, cure }))
    })
    server.listen(port, host, resolve)
  })
}
