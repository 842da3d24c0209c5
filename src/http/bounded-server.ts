import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { WscError } from '../lib/index.ts'
import type { Connections } from './connections.ts'
import { type HttpLimits, MAX_HEADER_BYTES } from './limits.ts'

/** Between two looks for connections whose time is up; Node's own is 30 s. */
const LOOK_FOR_LATE_MS = 1000

/** Node's server within the limits. */
export function boundedServer(handle: RequestListener, connections: Connections, limits: HttpLimits): Server {
  const answer: RequestListener = (request, response) => {
    if (connections.begin(request, response)) handle(request, response)
  }
  const server = createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(LOOK_FOR_LATE_MS, limits.requestMs),
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: 5000,
      // Node's own refusal passes all rules by (`addRequestRules` has this one).
      requireHostHeader: false,
    },
    answer,
  )
  server.maxConnections = limits.connections
  // Unless somebody listens, Node answers an Expect that it does not know by itself, past all limits.
  server.on('checkExpectation', answer)
  server.on('connection', (socket) => connections.admit(socket))
  return server
}

/** Resolves once it listens; throws E_IO where it cannot. What goes wrong with the socket after that is told to `failed`. */
export async function listen(
  server: Server,
  host: string,
  port: number,
  failed: (error: unknown) => void,
): Promise<void> {
  server.once('listening', () => server.on('error', failed))
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : (cause.code ?? cause.message)
    const address = `${host}:${port}`
    const cure = { act: 'other-address', subject: address }
    throw new WscError('E_IO', `cannot listen at ${address}: ${reason}`, { cause, cure })
  }
}
