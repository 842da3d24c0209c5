import { describe, expect, it } from 'vitest'
import type { Routes } from '../../src/http/index.ts'
import { KernelPlace } from './kernel-place.ts'

const place = new KernelPlace()

describe('content', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i)
  const pieces = async function* (start: number, end: number) {
    for (let at = start; at < end; at += 7) yield bytes.subarray(at, Math.min(end, at + 7))
  }
  const both = (of: Routes) => {
    const head = { type: 'application/x-test', etag: 'v1' }
    of.get('/memory', (_request, reply) => reply.sendContent({ ...head, bytes }))
    of.get('/stream', (_request, reply) => reply.sendContent({ ...head, length: bytes.length, read: pieces }))
    of.get('/short', (_request, reply) =>
      reply.sendContent({ type: 'text/plain', length: 1001, read: () => pieces(0, 1000) }),
    )
    of.get('/long', (_request, reply) =>
      reply.sendContent({ type: 'text/plain', length: 999, read: () => pieces(0, 1000) }),
    )
  }

  it.each(['/memory', '/stream'])('%s is served whole, in part, and not again', async (path) => {
    const { get } = await place.serving(both)
    for (const [headers, status, from, to] of [
      [{}, 200, 0, 1000],
      [{ range: 'bytes=0-0' }, 206, 0, 1],
      [{ range: 'bytes=990-' }, 206, 990, 1000],
      [{ range: 'bytes=-3' }, 206, 997, 1000],
      [{ range: 'bytes=5-900000' }, 206, 5, 1000],
      [{ range: 'bytes=1-2,5-6' }, 200, 0, 1000],
      [{ range: 'bytes=1-2', 'if-range': '"v1"' }, 206, 1, 3],
      [{ range: 'bytes=1-2', 'if-range': '"v0"' }, 200, 0, 1000],
      [{ range: 'bytes=1-2', 'if-match': '"v1"' }, 206, 1, 3],
      [{ 'if-none-match': '"v0", W/"v2"' }, 200, 0, 1000],
    ] as const) {
      const answer = await get(path, { headers })
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes.subarray(from, to))
      const range = status === 206 ? `bytes ${from}-${to - 1}/1000` : null
      expect([answer.status, answer.headers.get('content-range')], JSON.stringify(headers)).toEqual([status, range])
      expect(answer.headers.get('content-length')).toBe(String(to - from))
      expect([answer.headers.get('etag'), answer.headers.get('accept-ranges')]).toEqual(['"v1"', 'bytes'])
    }
    for (const headers of [
      { 'if-none-match': '"v1"' },
      { 'if-none-match': 'W/"x", W/"v1"' },
      { 'if-none-match': '*' },
      { 'if-none-match': '"v1"', range: 'bytes=1-2' },
      { 'if-none-match': '"v1"', range: 'bytes=1000-' },
    ]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await get(path, { headers, method })
        expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([304, '"v1"', ''])
        for (const name of ['content-type', 'content-length', 'content-range'])
          expect(answer.headers.has(name)).toBe(false)
      }
    }
    const beyond = await get(path, { headers: { range: 'bytes=1000-' } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */1000'])
    expect(await beyond.json()).toMatchObject({ error: 'no-such-range' })
    const other = await get(path, { headers: { 'if-match': '"v0"' } })
    expect([other.status, (await other.json()).error]).toEqual([412, 'precondition-failed'])
    const head = await get(path, { method: 'HEAD', headers: { range: 'bytes=1-2' } })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1000'])
  })

  it('that is not as long as it says breaks off, and is never taken for whole', async () => {
    const { get, failures } = await place.serving(both)
    for (const path of ['/short', '/long']) {
      await expect(
        get(path).then((answer) => answer.arrayBuffer()),
        path,
      ).rejects.toThrow()
    }
    expect((await get('/memory')).status).toBe(200)
    expect(failures.map((error) => (error as Error).message)).toEqual([
      'the content has fewer bytes than the 1001 it was said to have',
      'the content has more bytes than the 999 it was said to have',
    ])
  })
})
