import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { BitcoindClient } from '../../src/bitcoin/io/index.ts'
import { answering, codeOf, FakeChain, FakeServer, lineOf } from './fake-bitcoind.ts'
import { feedOf } from './feed-of.ts'
import { Replay } from './replay.ts'

interface Refusal {
  readonly status: number
  readonly body: string
  readonly headers?: Record<string, string>
}

/** How servers say: not now, and nothing was done. */
const REFUSALS: [name: string, refusal: Refusal, code: string][] = [
  ['a proxy’s 429', { status: 429, body: '<html>Too many requests</html>' }, 'E_NODE_BUSY'],
  ['429 with JSON', { status: 429, body: '{"error":{"code":-32007,"message":"rate limit"}}' }, 'E_NODE_BUSY'],
  ['429 of no words', { status: 429, body: '' }, 'E_NODE_BUSY'],
  ['an older node’s 500', { status: 500, body: 'Work queue depth exceeded' }, 'E_NODE_BUSY'],
  ['another’s 500', { status: 500, body: 'Server busy, try again later\nsorry' }, 'E_NODE_BUSY'],
  ['503', { status: 503, body: 'Work queue depth exceeded' }, 'E_NODE_BUSY'],
  ['a timeout of the server’s own', { status: 408, body: '' }, 'E_NODE_BUSY'],
  [
    'a service’s JSON-RPC error',
    { status: 200, body: '{"jsonrpc":"2.0","id":0,"error":{"code":-32005,"message":"request limit reached"}}' },
    'E_NODE_BUSY',
  ],
  [
    'a start, by JSON-RPC 1.1',
    { status: 500, body: '{"result":null,"error":{"code":-28,"message":"Loading…"},"id":0}' },
    'E_NODE_WARMUP',
  ],
  [
    'a start, by JSON-RPC 2.0',
    { status: 200, body: '{"jsonrpc":"2.0","id":0,"error":{"code":-28,"message":"Loading block index…"}}' },
    'E_NODE_WARMUP',
  ],
  [
    'a start, by 503',
    { status: 503, body: '{"jsonrpc":"2.0","id":null,"error":{"code":-28,"message":"Loading block index…"}}' },
    'E_NODE_WARMUP',
  ],
]

/** Refuses so many requests, by RPC as by REST, then answers as a node on this chain. */
async function serve(chain: FakeChain, refusal: Refusal, times: number, patienceMs?: number) {
  const rpc = answering((call) => chain.answer(call))
  const asked = { requests: 0 }
  const server = await FakeServer.start(
    (request, body, response) => {
      if (asked.requests++ < times) response.writeHead(refusal.status, refusal.headers).end(refusal.body)
      else rpc(request, body, response)
    },
    patienceMs === undefined ? {} : { patienceMs },
  )
  return { server, asked }
}

const everything: [name: string, ask: (client: BitcoindClient) => Promise<unknown>][] = [
  ['a call', (client) => client.getBlockCount()],
  ['a batch', (client) => client.batch([{ method: 'getblockcount', schema: z.int() }])],
  ['headers', (client) => client.getHeaders(0, 10)],
  ['the network', (client) => client.getBestBlock()],
]

describe.each(REFUSALS)('%s', (_name, refusal, code) => {
  test.each(everything)('%s is asked again, within a bound', async (_, ask) => {
    const chain = new FakeChain()
    chain.mine(3)
    {
      const { server, asked } = await serve(chain, refusal, 1, 5_000)
      await using _server = server
      await ask(server.client)
      expect(asked.requests).toBeGreaterThan(1)
    }
    const { server, asked } = await serve(chain, refusal, Number.POSITIVE_INFINITY, 300)
    await using _server = server
    expect(await codeOf(ask(server.client))).toBe(code)
    expect(asked.requests).toBeGreaterThan(1)
  })

  test('a feed tells of it and waits', async () => {
    const chain = new FakeChain()
    chain.mine(3)
    const { server } = await serve(chain, refusal, 3)
    await using _server = server
    const replay = new Replay()
    const state = code === 'E_NODE_BUSY' ? 'busy' : 'starting'
    const events = feedOf(server.client, { pollMs: 1, backoffMs: 1 })
    expect(await replay.until(events, () => true)).toMatchObject({ type: 'unreachable', state, error: { code } })
    await replay.untilTip(events, chain.tip.hash)
    expect(replay.types.slice(0, 2)).toEqual(['unreachable', 'recovered'])
  })
})

test('headers by REST are asked for again too', async () => {
  const chain = new FakeChain()
  chain.mine(3)
  const rpc = answering((call) => chain.answer(call))
  let rest = 0
  await using server = await FakeServer.start(
    (request, body, response) => {
      if (request.method !== 'GET') rpc(request, body, response)
      else if (++rest === 1) response.writeHead(429).end()
      else response.writeHead(404).end()
    },
    { patienceMs: 5_000 },
  )
  expect(await server.client.getHeaders(0, 10)).toHaveLength(4)
  expect(rest).toBe(2)
})

test('a server that asks to be left alone is, within the bound', async () => {
  const asking = (seconds: string) => ({ status: 429, body: '', headers: { 'retry-after': seconds } })
  const chain = new FakeChain()
  {
    const { server, asked } = await serve(chain, asking('1'), 1, 5_000)
    await using _server = server
    const began = performance.now()
    expect(await server.client.getBlockCount()).toBe(0)
    expect(performance.now() - began).toBeGreaterThan(995)
    expect(asked.requests).toBe(2)
  }
  const { server, asked } = await serve(chain, asking('3600'), 1, 5_000)
  await using _server = server
  expect(await codeOf(server.client.getBlockCount())).toBe('E_NODE_BUSY')
  expect(asked.requests).toBe(1)
})

test('an interrupt ends the patience at once', async () => {
  const { server } = await serve(new FakeChain(), { status: 429, body: '' }, 9, 60_000)
  await using _server = server
  const stop = new AbortController()
  setTimeout(() => stop.abort(new Error('enough')), 20)
  await expect(server.client.getBlockCount({ signal: stop.signal })).rejects.toThrow('enough')
})

test('what a server says of its trouble is told, cut short', async () => {
  const body = `Work queue depth exceeded ${'!'.repeat(10_000)}`
  const { server } = await serve(new FakeChain(), { status: 500, body }, 9)
  await using _server = server
  const line = await lineOf(server.client.getBlockCount())
  expect(line).toMatch(/500: Work queue depth exceeded !+\)/)
  expect(line.length).toBeLessThan(300)
})

test('of a page its words are told', async () => {
  const body = '<HTML><HEAD>\n<TITLE>503 Service Unavailable</TITLE>\n</HEAD><BODY><P>Try later</P></BODY></HTML>'
  const { server } = await serve(new FakeChain(), { status: 503, body }, 9)
  await using _server = server
  expect(await lineOf(server.client.getBlockCount())).toContain('(503: 503 Service Unavailable Try later)')
})

test('a JSON-RPC 2.0 error is the node’s own word, whatever goes with it', async () => {
  for (const extra of ['', ',"data":{"more":1}', ',"data":null']) {
    const body = `{"jsonrpc":"2.0","id":0,"error":{"code":-5,"message":"Block not found"${extra}}}`
    await using server = await FakeServer.start((_request, _body, response) => response.writeHead(200).end(body))
    const error = await server.client.getBlockCount().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'E_NODE_RPC', rpcCode: -5 })
  }
})
