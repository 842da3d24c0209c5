import { lookup } from 'node:dns/promises'
import { request } from 'node:https'
import { isIP } from 'node:net'
import { errorCode, orAborted, type Result, rejection } from '../../../lib/index.ts'

/** Why a post has not arrived, as far as is known: it may have. */
export type PostReject = 'unresolved' | 'private-address' | 'redirect' | 'status' | 'timeout' | 'connection'

export interface PostOptions {
  /** Of https. */
  readonly url: URL
  /** JSON. */
  readonly body: string
  /** The same in each try at one event, by which the receiver knows it again: header Idempotency-Key. */
  readonly idempotencyKey: string
  /** Addresses that may be posted to: those of the public internet. */
  readonly ips: { has(address: string): boolean }
  /** After so many milliseconds a try has failed. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Certificates of authorities in place of the usual ones. */
  readonly ca?: string | undefined
}

/**
 * Posts once. The name is resolved once and the connection goes to the address that was judged, so that a name cannot lead
 * elsewhere in between; redirects are not followed; of the answer only the status is read. Throws what `signal` fires with.
 */
export async function post(options: PostOptions): Promise<Result<object, PostReject>> {
  const { url, ips, timeoutMs, signal } = options
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  // A URL has an IPv6 address in brackets.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  try {
    // A lookup cannot be ended; it is not waited for.
    const addresses = isIP(host) ? [host] : await orAborted(addressesOf(host), within)
    const address = addresses.find((one) => ips.has(one))
    if (address === undefined) {
      return rejection('private-address', `${host} is at no address of the public internet`)
    }
    const status = await statusOf(options, host, address, within)
    if (status >= 200 && status < 300) return { ok: true }
    if (status >= 300 && status < 400) return rejection('redirect', `status ${status}: redirects are not followed`)
    return rejection('status', `status ${status}`)
  } catch (error) {
    signal.throwIfAborted()
    if (within.aborted) return rejection('timeout', `no answer within ${timeoutMs / 1000} s`)
    const code = errorCode(error)
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return rejection('unresolved', `${host} is not found (${code})`)
    return rejection('connection', `${host}: ${code ?? 'the connection failed'}`)
  }
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

function statusOf(
  { url, body, idempotencyKey, ca }: PostOptions,
  host: string,
  address: string,
  signal: AbortSignal,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const headers = {
    host: url.host,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'idempotency-key': idempotencyKey,
    'user-agent': 'wsc',
  }
  const sent = request(
    {
      host: address,
      port: url.port || 443,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers,
      // No connection is kept: each goes to an address that was judged for it.
      agent: false,
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca !== undefined && { ca }),
      maxHeaderSize: 16_384,
      signal,
    },
    (answer) => {
      resolve(answer.statusCode ?? 0)
      // Whatever else it says, or goes on saying, is not read.
      answer.destroy()
    },
  )
  sent.on('error', reject)
  sent.end(body)
  return promise
}
