import { sha256 } from '@noble/hashes/sha2.js'
import {
  aSignal,
  aText,
  aTimerMs,
  bytesToHex,
  type OptionRules,
  optional,
  type ReadResult,
  readBody,
  requireArgument,
  requireOptions,
  retry,
  retryAfterMs,
  WscError,
} from '../../lib/index.ts'
import { busError } from '../errors.ts'

/** How long a server is waited for. */
export interface FetchOptions {
  readonly signal?: AbortSignal
  /** For the answer in full; 30 s unless given. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000
const OPTIONS: OptionRules<FetchOptions> = {
  signal: optional(aSignal),
  timeoutMs: optional(aTimerMs),
}

/** Between two questions to a server that says it cannot answer now, where it asks for no more. */
const PAUSES = { firstMs: 500, mostMs: 4000 }

/** What another time may be answered otherwise: too many questions, no proof yet, a history that catches up. */
class NotNow extends Error {
  readonly status: number
  readonly askedMs: number | undefined

  constructor(status: number, askedMs: number | undefined) {
    super(`answers ${status}`)
    this.status = status
    this.askedMs = askedMs
  }
}

/**
 * What a server of the bus has at `path`. At most `maxBytes` are read, within the time: a server that sends more is
 * refused, one that is silent or has nothing there throws E_FETCH; one that asks to come back later (429, 503) is asked
 * again as long as there is time. No redirects are followed. Where the server says that it has nothing but `held`, these
 * are the bytes.
 */
export async function fetchBytes(
  base: string,
  path: string,
  maxBytes: number,
  options: FetchOptions = {},
  held: Uint8Array | null = null,
): Promise<ReadResult> {
  requireArgument('fetching', 'the server’s address', base, aText)
  requireOptions('fetching', options, OPTIONS)
  const url = join(base, path)
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
  let busy: NotNow | null = null
  try {
    return await retry(() => ask(url, maxBytes, held, signal), {
      ...PAUSES,
      withinMs: timeoutMs,
      signal,
      isTransient: (error) => error instanceof NotNow,
      askedMs: (error) => (error as NotNow).askedMs,
      onPause: (error) => {
        busy = error as NotNow
      },
    })
  } catch (cause) {
    if (cause instanceof WscError) throw cause
    if (options.signal?.aborted) throw busError('E_ABORTED', 'interrupted', { cause })
    const refused = cause instanceof NotNow ? cause : timeout.aborted ? busy : null
    if (refused !== null) throw unanswered(url, refused.status)
    if (timeout.aborted)
      throw busError('E_FETCH', `${url} did not answer in full within ${timeoutMs / 1000} s`, { cause })
    const reason = ((cause as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error).message
    throw busError('E_FETCH', `${url} cannot be fetched: ${reason}`, { cause })
  }
}

/** Asks once. */
async function ask(url: string, maxBytes: number, held: Uint8Array | null, signal: AbortSignal): Promise<ReadResult> {
  // The server's entity tag is the hash of what it sends (docs/serving.md).
  const headers: Record<string, string> = held === null ? {} : { 'if-none-match': `"${bytesToHex(sha256(held))}"` }
  const response = await fetch(url, { signal, redirect: 'error', headers })
  if (response.status === 200) return await readBody(response, maxBytes)
  // Not awaited: what a failure says at length is not waited for.
  response.body?.cancel().catch(() => undefined)
  const { status } = response
  if (held !== null && status === 304) return { ok: true, bytes: held }
  if (status === 429 || status === 503) {
    throw new NotNow(status, retryAfterMs(response.headers.get('retry-after'), Date.now()))
  }
  throw unanswered(url, status)
}

function unanswered(url: string, status: number): WscError {
  return busError('E_FETCH', `${url} answers ${status}; is it a server of the bus, and has it a proof?`)
}

function join(base: string, path: string): string {
  const url = URL.canParse(base) ? new URL(base) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username || url.password) {
    throw busError('E_FETCH', 'the server’s address must be http://HOST:PORT or https://HOST, without credentials')
  }
  return new URL(path, url.href.endsWith('/') ? url : new URL(`${url.origin}${url.pathname}/`)).href
}
