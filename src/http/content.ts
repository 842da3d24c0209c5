import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { fail } from './failure.ts'
import { rangeApplies } from './preconditions.ts'
import { readRange } from './ranges.ts'

/** Something that is served as it is, whole or in part. */
export type Content = ContentHead & (ContentInMemory | ContentElsewhere)

interface ContentHead {
  readonly type: string
  /** Changes with the bytes; without quotes. With it clients may ask whether what they have is still the same. */
  readonly etag?: string
}

interface ContentInMemory {
  readonly bytes: Uint8Array
}

interface ContentElsewhere {
  readonly length: number
  /**
   * The bytes from `start` to before `end`, in pieces of some 64 KiB at most. It is read only as fast as the client reads,
   * and returned from when that leaves; `signal` fires then too.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/** `reply.sendContent` (`route-module.ts`). */
export function sendContent(reply: FastifyReply, content: Content): FastifyReply {
  const { request } = reply
  const { type, etag } = content
  const length = 'bytes' in content ? content.bytes.length : content.length
  const quoted = etag === undefined ? null : `"${etag}"`
  reply.type(type).header('accept-ranges', 'bytes')
  if (quoted !== null) reply.header('etag', quoted)
  const { range } = request.headers
  const asked =
    request.method === 'GET' && range !== undefined && rangeApplies(request.headers, quoted)
      ? readRange(range, length)
      : 'whole'
  if (asked === 'unsatisfiable') {
    reply.type('application/json').header('content-range', `bytes */${length}`)
    return fail(reply, 416, 'no-such-range', `it has ${length} bytes`)
  }
  const { start, end } = asked === 'whole' ? { start: 0, end: length } : asked
  if (asked !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${length}`)
  reply.header('content-length', String(end - start))
  if (request.method === 'HEAD') return reply.send()
  if ('bytes' in content) {
    return reply.send(Buffer.from(content.bytes.buffer, content.bytes.byteOffset + start, end - start))
  }
  return reply.send(Readable.from(exactly(end - start, content.read(start, end, request.leaving))))
}

/** The pieces of so many bytes: throws where there are fewer or more. */
async function* exactly(length: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const piece of pieces) {
    left -= piece.length
    if (left < 0) break
    yield piece
  }
  if (left !== 0)
    throw new Error(`the content has ${left < 0 ? 'more' : 'fewer'} bytes than the ${length} it was said to have`)
}
