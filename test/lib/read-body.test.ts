import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, readBody } from '../../src/lib/index.ts'
import { type ByteSource, readBounded } from '../../src/lib/read-body.ts'

const sources: readonly (readonly [string, (chunks: Uint8Array[]) => ByteSource])[] = [
  ['a stream of the web', (chunks) => Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>],
  ['a stream of Node', (chunks) => Readable.from(chunks, { objectMode: true })],
]

describe.each(sources)('%s', (_name, source) => {
  it('is read whole up to the limit, and refused one byte beyond', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 9 }), async (chunks) => {
        const all = concatBytes(...chunks)
        expect(await readBounded(source(chunks), all.length)).toEqual({ ok: true, bytes: all })
        if (all.length === 0) return
        expect(await readBounded(source(chunks), all.length - 1)).toMatchObject({ ok: false, reject: 'oversized' })
      }),
    )
  })

  it('that fails midway throws what it failed with', async () => {
    const broken = new Error('the line is gone')
    async function* chunks() {
      yield new Uint8Array(3)
      throw broken
    }
    await expect(readBounded(source(chunks() as never), 9)).rejects.toBe(broken)
  })
})

it('a sender that never ends is let go at the limit, and not waited for', async () => {
  let sent = 0
  const cancelled = Promise.withResolvers<void>()
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent++
      controller.enqueue(new Uint8Array(1000))
    },
    cancel: () => {
      cancelled.resolve()
      return new Promise(() => undefined)
    },
  })
  expect(await readBounded(endless, 5000)).toMatchObject({ ok: false, reject: 'oversized' })
  await cancelled.promise
  expect(sent).toBeLessThan(10)
})

it('what a header says of the length refuses a body unread, and vouches for nothing', async () => {
  const body = () => new Uint8Array(20)
  const declared = (length: string) => new Response(body(), { headers: { 'content-length': length } })
  expect(await readBody(declared('21'), 20)).toMatchObject({ ok: false, reject: 'oversized' })
  expect(await readBody(declared('3'), 19)).toMatchObject({ ok: false, reject: 'oversized' })
  for (const length of ['3', '20', 'many', '-1']) {
    expect(await readBody(declared(length), 20)).toEqual({ ok: true, bytes: body() })
  }
  expect(await readBody(new Response(null), 0)).toEqual({ ok: true, bytes: new Uint8Array() })
})
