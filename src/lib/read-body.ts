import { concatBytes } from './bytes.ts'
import { type Result, rejection } from './result.ts'

/** Bytes that come in pieces: a body of the web platform, or anything that is read piece by piece (Node's streams). */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

export type ReadResult = Result<{ readonly bytes: Uint8Array }, 'oversized'>

/**
 * All bytes of `source`, counted while they come. As soon as there are more than `maxBytes` the rest is let go; a sender
 * that never ends is not waited for. What the source throws is thrown.
 */
export async function readBounded(source: ByteSource, maxBytes: number): Promise<ReadResult> {
  const { next, stop } = pieces(source)
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await next()
    if (done) return { ok: true, bytes: concatBytes(...chunks) }
    length += value.length
    if (length > maxBytes) {
      // Not awaited: a sender that goes on sending is not waited for.
      stop().catch(() => undefined)
      return oversized(maxBytes)
    }
    chunks.push(value)
  }
}

/**
 * The body of an answer, as `readBounded` reads it. What its header says of the length can refuse it, not vouch for it.
 */
export async function readBody(response: Response, maxBytes: number): Promise<ReadResult> {
  const { body, headers } = response
  if (body === null) return { ok: true, bytes: new Uint8Array() }
  if (Number(headers.get('content-length')) > maxBytes) {
    body.cancel().catch(() => undefined)
    return oversized(maxBytes)
  }
  return readBounded(body, maxBytes)
}

interface Pieces {
  next(): Promise<
    { readonly done: true; readonly value?: unknown } | { readonly done?: false; readonly value: Uint8Array }
  >
  stop(): Promise<unknown>
}

/** One way to read both kinds: not every browser iterates over its streams. */
function pieces(source: ByteSource): Pieces {
  if ('getReader' in source) {
    const reader = source.getReader()
    return { next: () => reader.read(), stop: () => reader.cancel() }
  }
  const iterator = source[Symbol.asyncIterator]()
  return { next: () => iterator.next(), stop: async () => iterator.return?.() }
}

function oversized(maxBytes: number): ReadResult {
  return rejection('oversized', `more than ${maxBytes} bytes`)
}
