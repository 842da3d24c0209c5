import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HttpServer, type Routes } from '../../src/http/index.ts'
import { KernelPlace, received, statuses } from './kernel-place.ts'

const place = new KernelPlace()

const heights = z.object({
  height: z
    .string()
    .regex(/^[0-9]{1,3}$/)
    .transform(Number),
})
const json = { 'content-type': 'application/json' }

function routes(of: Routes): void {
  of.get('/height/:height', { schema: { params: heights } }, ({ params }, reply) => reply.send(params))
  of.get('/query', { schema: { querystring: z.object({ a: z.string().max(3) }) } }, ({ query }) => query)
  of.get('/broken', () => Promise.reject(new Error('the secret within')))
  of.get('/none', (_request, reply) => reply.fail(404, 'no-such-thing', 'it was never here'))
  const body = z.strictObject({ name: z.string(), list: z.array(z.number()).optional() })
  of.post('/json', { schema: { body }, bodyLimit: 1000 }, ({ body }) => body)
  of.put('/bytes', { schema: { body: z.instanceof(Buffer) }, bodyLimit: 70_000 }, ({ body }) => ({
    length: body.length,
  }))
}

describe('a route', () => {
  it('has its parts checked and made into what they mean', async () => {
    const { get } = await place.serving(routes)
    expect(await (await get('/height/012')).json()).toEqual({ height: 12 })
    for (const path of ['/height/1234', '/height/x', '/height/%00', '/height/', '/height/1/2', '/HEIGHT/1']) {
      const answer = await get(path)
      expect([answer.status, (await answer.json()).error], path).toEqual([404, 'no-such-path'])
    }
    expect(await (await get('/query?a=1&a=2&__proto__=x')).json()).toEqual({ a: '1' })
    const refused = await get('/query?a=1234')
    expect([refused.status, (await refused.json()).error]).toEqual([400, 'bad-request'])
  })

  it('tells the operator what broke, and the client only that something did', async () => {
    const { get, failures } = await place.serving(routes)
    const answer = await get('/broken')
    expect(answer.status).toBe(502)
    expect(await answer.text()).toBe('{"error":"unavailable","detail":"this could not be made now"}\n')
    expect(failures).toMatchObject([{ message: 'the secret within' }])
    expect((await get('/none')).status).toBe(404)
    expect(failures).toHaveLength(1)
  })

  it('is there for HEAD as for GET, without the content', async () => {
    const { get, client } = await place.serving(routes)
    const [head, whole] = [await get('/height/7', { method: 'HEAD' }), await get('/height/7')]
    expect(head.headers.get('content-length')).toBe(String((await whole.arrayBuffer()).byteLength))
    expect(await head.text()).toBe('')
    expect(await received(client('HEAD /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'))).toMatch(
      /404[\s\S]*\r\n\r\n$/,
    )
  })

  it('is found in the absolute form that proxies send, and no target breaks anything', async () => {
    const { client } = await place.serving(routes)
    const ask = async (target: string) =>
      statuses(await received(client(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)))
    expect(await ask('http://elsewhere.example/height/3?x')).toEqual([200])
    for (const target of ['/%', '/height/%ff', '//', '/..%2f', '/%00', 'http://a', 'https://a?/height/3', '//[']) {
      expect(await ask(target), target).toEqual([404])
    }
    for (const target of ['x', '*', 'ftp://a/height/3'])
      expect([[400], [404]], target).toContainEqual(await ask(target))
  })
})

it('an error of the socket that listens is told, and ends nothing', async () => {
  const raw: { server?: Routes['server'] } = {}
  const { get, failures } = await place.serving((of) => {
    routes(of)
    raw.server = of.server
  })
  for (const code of ['EMFILE', 'ENFILE']) raw.server?.emit('error', Object.assign(new Error('no more'), { code }))
  expect(failures).toMatchObject([{ code: 'EMFILE' }, { code: 'ENFILE' }])
  expect((await get('/height/7')).status).toBe(200)
})

describe('methods', () => {
  it('that a path has not are refused with those that it has', async () => {
    const { get } = await place.serving(routes)
    for (const [method, path, allow] of [
      ['POST', '/height/3', 'GET, HEAD, OPTIONS'],
      ['DELETE', '/json', 'POST, OPTIONS'],
      ['GET', '/bytes', 'PUT, OPTIONS'],
      ['PATCH', '/nowhere', 'GET, HEAD, POST, PUT, OPTIONS'],
    ] as const) {
      const answer = await get(path, { method })
      expect([answer.status, answer.headers.get('allow')], `${method} ${path}`).toEqual([405, allow])
      expect(await answer.json()).toMatchObject({ error: 'method-not-allowed' })
    }
    expect((await get('/nowhere', { method: 'POST', body: 'x' })).status).toBe(413)
    expect((await get('/nowhere', { method: 'POST' })).status).toBe(404)
  })

  it('are told by OPTIONS, to pages of other origins only where they may read', async () => {
    const { get } = await place.serving(routes, { anyOrigin: true })
    const asked = await get('/bytes', { method: 'OPTIONS' })
    expect([asked.status, asked.headers.get('allow'), asked.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'PUT, OPTIONS',
      'PUT',
    ])
    expect(asked.headers.get('access-control-allow-headers')).toBe('if-none-match, content-type')
    expect((await get('/height/3')).headers.get('access-control-allow-origin')).toBe('*')
    const { get: own } = await place.serving(routes)
    for (const init of [{ method: 'OPTIONS' }, { method: 'GET' }]) {
      const headers = [...(await own('/height/3', init)).headers.keys()]
      expect(headers.filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })
})

describe('a body', () => {
  const post = (path: string, body: BodyInit, headers: Record<string, string> = json, method = 'POST') =>
    [path, { method, body, headers }] as const

  it('is read where a route takes one, within its length, and checked', async () => {
    const { get } = await place.serving(routes)
    expect(await (await get(...post('/json', '{"name":"a","list":[1]}'))).json()).toEqual({ name: 'a', list: [1] })
    const bytes = new Uint8Array(70_000)
    const octets = { 'content-type': 'application/octet-stream' }
    expect(await (await get(...post('/bytes', bytes, octets, 'PUT'))).json()).toEqual({ length: 70_000 })
    for (const [init, status, error] of [
      [post('/json', '{"name":1}'), 400, 'bad-request'],
      [post('/json', '{"name":"a","other":1}'), 400, 'bad-request'],
      [post('/json', '{"name":'), 400, 'bad-request'],
      [post('/json', '{"__proto__":{"x":1},"name":"a"}'), 400, 'bad-request'],
      [post('/json', '{"name":"a"}', { 'content-type': 'text/plain' }), 415, 'unsupported-media-type'],
      [post('/json', '{"name":"a"}', { 'content-type': 'nonsense' }), 415, 'unsupported-media-type'],
      [post('/json', `{"name":"${'a'.repeat(1000)}"}`), 413, 'too-large'],
      [post('/bytes', new Uint8Array(70_001), octets, 'PUT'), 413, 'too-large'],
    ] as const) {
      const answer = await get(...init)
      expect([answer.status, (await answer.json()).error], String(init[1].body).slice(0, 40)).toEqual([status, error])
    }
  })

  it('is not read where none is taken, nor where its length is not told', async () => {
    const { client, get } = await place.serving(routes)
    const chunked =
      'POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    for (const [text, status] of [
      ['GET /height/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello', 413],
      ['OPTIONS /height/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello', 413],
      ['OPTIONS /json HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 413],
      ['GET /height/3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 413],
      [`${chunked}c\r\n{"name":"a"}\r\n0\r\n\r\n`, 411],
      ['POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n', 413],
      ['POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ] as const) {
      const socket = client(`${text}GET /height/4 HTTP/1.1\r\nHost: a\r\n\r\n`)
      // The connection ends with it: what follows would be taken for a request.
      expect(statuses(await received(socket)), text).toEqual([status])
    }
    expect((await get('/height/3')).status).toBe(200)
  })

  it('comes in only within a sum, which its answer or its client’s leaving frees', async () => {
    const { client, get } = await place.serving(routes, {
      limits: { bodyBytes: 100_000, bodyBytesPerAddress: 100_000 },
    })
    const headers = 'Host: a\r\nContent-Type: application/octet-stream\r\n'
    const slow = client(`PUT /bytes HTTP/1.1\r\n${headers}Content-Length: 60000\r\n\r\n`)
    const status = async () =>
      (
        await get('/bytes', {
          method: 'PUT',
          body: new Uint8Array(60_000),
          headers: { 'content-type': 'application/octet-stream' },
        })
      ).status
    await expect.poll(status, { interval: 5, timeout: 10_000 }).toBe(503)
    slow.destroy()
    await expect.poll(status, { interval: 5, timeout: 10_000 }).toBe(200)
    expect(await status()).toBe(200)
  })
})

describe('a server', () => {
  it('limits each client, and a route by its own measure', async () => {
    const { get } = await place.serving(
      (of) => {
        of.get('/free', () => ({}))
        of.get('/dear', { config: { rateLimit: { max: 1, timeWindow: 1_000_000 } } }, () => ({}))
      },
      { rateLimit: { burst: 4, perSecond: 0.001 } },
    )
    const codes = async (paths: readonly string[]) => {
      const found: number[] = []
      for (const path of paths) found.push((await get(path)).status)
      return found
    }
    expect(await codes(['/dear', '/dear', '/dear'])).toEqual([200, 429, 429])
    expect(await codes(['/free', '/none', '/free', '/free', '/free', '/none'])).toEqual([200, 404, 200, 200, 429, 429])
    const waiting = await get('/free')
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(900)
    expect(waiting.headers.get('connection')).toBe('close')
    expect(await waiting.json()).toEqual({ error: 'too-many-requests', detail: 'wait a second' })
    expect([...waiting.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
  })

  it('tells of its routes in a document, with what they take and give', async () => {
    const about = { title: 'a test', version: '1', description: 'of the kernel' }
    const { get } = await place.serving(routes, { about })
    const answer = await get('/openapi.json')
    expect(answer.headers.get('content-type')).toBe('application/json')
    const { info, paths, tags } = await answer.json()
    expect([info, tags]).toEqual([about, [{ name: 'test', description: 'what a test needs' }]])
    expect(Object.keys(paths).sort()).toEqual(['/broken', '/bytes', '/height/{height}', '/json', '/none', '/query'])
    expect(Object.keys(paths['/height/{height}'])).toEqual(['get'])
    expect(paths['/height/{height}'].get).toMatchObject({
      tags: ['test'],
      parameters: [{ name: 'height', in: 'path' }],
    })
    expect(paths['/json'].post.requestBody.content['application/json'].schema.required).toEqual(['name'])
    expect((await place.serving(routes).then((bare) => bare.get('/openapi.json'))).status).toBe(404)
  })

  it('stops by its signal or when told, and whoever waits for an answer with it', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const slow = (of: Routes) => {
      of.get('/slow', async ({ leaving }) => {
        asked.resolve(leaving)
        await new Promise((resolve) => leaving.addEventListener('abort', resolve))
        return {}
      })
    }
    const module = { name: 'slow', description: 'takes its time', register: slow }
    const server = new HttpServer({ modules: [module], host: '127.0.0.1', port: 0 })
    expect(() => server.url).toThrow('does not listen')
    const stop = new AbortController()
    await server.start(stop.signal)
    const waiting = fetch(`${server.url}/slow`).catch(() => 'gone')
    const leaving = await asked.promise
    stop.abort()
    expect(await waiting).toBe('gone')
    await server.stop()
    await server.stop()
    expect(leaving.aborted).toBe(true)
  })

  it('says why it cannot listen', async () => {
    const { server } = await place.serving(routes)
    const taken = new HttpServer({ modules: [], host: '127.0.0.1', port: Number(new URL(server.url).port) })
    await expect(taken.start()).rejects.toMatchObject({ code: 'E_IO', cure: { act: 'other-address' } })
    await taken.stop()
  })
})
