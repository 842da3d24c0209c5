import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, WscError } from '../../lib/index.ts'
import { busError } from '../errors.ts'

export interface FetchOptions {
  readonly signal?: AbortSignal
  /** For the answer in full; 30 s unless given. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000

export type FetchResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reject: 'oversized'; readonly detail: string }

/**
 * What a server of the bus has at `path`. At most `maxBytes` are read, within the time: a server that sends more is
 * refused, one that is silent or has nothing there throws E_FETCH. No redirects are followed. Where the server says
 * that it has nothing but `held`, these are the bytes.
 */
export async function fetchBytes(
  base: string,
  path: string,
  maxBytes: number,
  options: FetchOptions = {},
  held: Uint8Array | null = null,
): Promise<FetchResult> {
  const url = join(base, path)
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
  try {
    // The server's entity tag is the hash of what it sends (docs/serving.md).
    const headers: Record<string, string> = held === null ? {} : { 'if-none-match': `"${bytesToHex(sha256(held))}"` }
    const response = await fetch(url, { signal, redirect: 'error', headers })
    if (held !== null && response.status === 304) {
      await response.body?.cancel()
      return { ok: true, bytes: held }
    }
    if (response.status !== 200) {
      await response.body?.cancel()
      throw busError('E_FETCH', `${url} answers ${response.status}; is it a server of the bus, and has it a proof?`)
    }
    return await readBody(response, maxBytes)
  } catch (cause) {
    if (cause instanceof WscError) throw cause
    if (options.signal?.aborted) throw busError('E_ABORTED', 'interrupted', { cause })
    if (timeout.aborted)
      throw busError('E_FETCH', `${url} did not answer in full within ${timeoutMs / 1000} s`, { cause })
    const reason = ((cause as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error).message
    throw busError('E_FETCH', `${url} cannot be fetched: ${reason}`, { cause })
  }
}

async function readBody(response: Response, maxBytes: number): Promise<FetchResult> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true }
    if (done || value === undefined) return { ok: true, bytes: concatBytes(...chunks) }
    length += value.length
    if (length > maxBytes) {
      // Not awaited: a server that goes on sending is not waited for.
      reader?.cancel().catch(() => undefined)
      return { ok: false, reject: 'oversized', detail: `more than ${maxBytes} bytes` }
    }
    chunks.push(value)
  }
}

function join(base: string, path: string): string {
  const url = URL.canParse(base) ? new URL(base) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username || url.password) {
    throw busError('E_FETCH', 'the server’s address must be http://HOST:PORT or https://HOST, without credentials')
  }
  return new URL(path, url.href.endsWith('/') ? url : new URL(`${url.origin}${url.pathname}/`)).href
}
