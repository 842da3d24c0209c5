import type { Redis, RedisOptions } from 'ioredis'
import { asError, errorCode, orAborted, throwIfAborted } from '../../../lib/index.ts'
import { queueError } from '../../queue/queue.ts'

/** Where a queue's server is: Valkey or Redis. */
export interface QueueServer {
  readonly host: string
  readonly port: number
  /** Number of the database there. */
  readonly database: number
  readonly isTls: boolean
  readonly user?: string
  readonly password?: string
}

const SCHEMES: Readonly<Record<string, boolean>> = { 'redis:': false, 'rediss:': true, 'valkey:': false }
const DEFAULT_PORT = 6379
const CONNECT_MS = 10_000

/**
 * Reads `redis://[USER@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS. Throws E_QUEUE; a password in it is refused, for
 * command lines are seen by everybody on the machine.
 */
export function parseServer(text: string, password?: string): QueueServer {
  const url = URL.canParse(text) ? new URL(text) : null
  const isTls = url === null ? undefined : SCHEMES[url.protocol]
  const database = /^\/?$/.test(url?.pathname ?? '') ? 0 : Number(/^\/([0-9]{1,4})$/.exec(url?.pathname ?? '')?.[1])
  if (url !== null && url.password !== '') {
    throw queueError('E_QUEUE', 'the address of a queue holds no password: give it by a file or the environment')
  }
  if (url === null || isTls === undefined || url.hostname === '' || Number.isNaN(database) || url.search + url.hash) {
    throw queueError('E_QUEUE', 'no address of a queue: redis://HOST:PORT/DATABASE, or rediss:// for TLS')
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    ...{ database, isTls },
    ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
    ...(password !== undefined && { password }),
  }
}

/** As messages name it. */
export const serverName = ({ host, port, database }: QueueServer): string => `${host}:${port}/${database}`

/**
 * A connection, made when there is a use for the library. `isPatient`: commands wait for a server that is away; otherwise
 * they fail as soon as it is.
 */
export async function openConnection(server: QueueServer, isPatient: boolean): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const { host, port, database, isTls, user, password } = server
  const options: RedisOptions = {
    ...{ host, port, db: database, lazyConnect: true, connectTimeout: CONNECT_MS },
    // 0 is none at all; null is as many as it takes.
    maxRetriesPerRequest: isPatient ? null : 0,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), 2_000),
    ...(isPatient ? {} : { commandTimeout: CONNECT_MS }),
    ...(isTls && { tls: {} }),
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
  }
  return new Redis(options)
}

/** Connects; throws E_QUEUE_DOWN or, where the server wants another password, E_QUEUE; E_ABORTED as soon as `signal` fires. */
export async function connect(redis: Redis, server: QueueServer, signal?: AbortSignal): Promise<void> {
  let last: Error | undefined
  const onError = (error: Error) => {
    last = error
  }
  redis.on('error', onError)
  try {
    await orAborted(redis.connect(), signal)
    await orAborted(redis.ping(), signal)
  } catch (cause) {
    redis.disconnect()
    throwIfAborted(signal)
    const error = last ?? asError(cause)
    const isRefused = /WRONGPASS|NOAUTH|NOPERM|invalid password/.test(`${error.message} ${asError(cause).message}`)
    const why = isRefused ? 'it does not accept the user or the password' : (errorCode(error) ?? error.message)
    throw queueError(isRefused ? 'E_QUEUE' : 'E_QUEUE_DOWN', `the queue's server ${serverName(server)}: ${why}`, {
      cause,
    })
  } finally {
    redis.off('error', onError)
  }
}

/** What of the server's settings may lose jobs. */
export async function settingFaults(redis: Redis): Promise<string[]> {
  const wanted = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' }
  try {
    const faults: string[] = []
    for (const [name, value] of Object.entries(wanted)) {
      const [, is] = (await redis.config('GET', name)) as string[]
      if (is !== value)
        faults.push(`the queue's server has ${name} ${is}, with which it may lose jobs; set it to ${value}`)
    }
    return faults
  } catch (error) {
    return [`the queue's server does not tell whether it keeps jobs: ${asError(error).message}`]
  }
}
