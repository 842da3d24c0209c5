import { describe, expect, it } from 'vitest'
import type { Routes } from '../../src/http/index.ts'
import { KernelPlace, received, statuses } from './kernel-place.ts'

const place = new KernelPlace()

const routes = (of: Routes) => void of.get('/ok', () => ({}))

describe('a request', () => {
  const ask = (head: string) => `${head}\r\nConnection: close\r\n\r\n`
  const failure = (text: string) => [statuses(text), JSON.parse(text.slice(text.indexOf('\r\n\r\n'))).error]

  it('of HTTP/1.1 names one host, and expects nothing unheard of; what does not ends its connection', async () => {
    const { client } = await place.serving(routes)
    for (const [head, status, error] of [
      ['GET /ok HTTP/1.1', 400, 'bad-request'],
      ['POST /nowhere HTTP/1.1', 400, 'bad-request'],
      ['OPTIONS /ok HTTP/1.1', 400, 'bad-request'],
      ['GET /ok HTTP/1.1\r\nHost: a\r\nHost: b', 400, 'bad-request'],
      ['GET /ok HTTP/1.1\r\nhost: a\r\nX: y\r\nHOST: a', 400, 'bad-request'],
      ['GET /ok HTTP/1.0\r\nHost: a\r\nHost: a\r\nConnection: keep-alive', 400, 'bad-request'],
      ['GET /ok HTTP/1.1\r\nHost: a\r\nExpect: x', 417, 'expectation-failed'],
      ['OPTIONS /ok HTTP/1.1\r\nHost: a\r\nExpect: x', 417, 'expectation-failed'],
    ] as const) {
      const answer = await received(client(`${head}\r\n\r\nGET /ok HTTP/1.1\r\nHost: a\r\n\r\n`))
      expect(failure(answer), head).toEqual([[status], error])
      expect(answer, head).toMatch(/\r\nconnection: close\r\n/i)
      expect(answer, head).toMatch(/\r\nx-content-type-options: nosniff\r\n/)
    }
    for (const [head, found] of [
      ['GET /ok HTTP/1.0', [200]],
      ['GET /ok HTTP/1.0\r\nExpect: x', [200]],
      ['GET /ok HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue', [100, 200]],
    ] as const) {
      expect(statuses(await received(client(ask(head)))), head).toEqual(found)
    }
  })

  it('counts for its client whatever it expects, and with no host', async () => {
    for (const headers of ['Host: a\r\nExpect: x', 'Accept: x']) {
      const { client } = await place.serving(routes, { rateLimit: { burst: 1, perSecond: 0.001 } })
      const head = `GET /ok HTTP/1.1\r\n${headers}`
      await received(client(ask(head)))
      expect(failure(await received(client(ask(head)))), headers).toEqual([[429], 'too-many-requests'])
    }
  })
})
