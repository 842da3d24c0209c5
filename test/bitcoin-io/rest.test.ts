import { describe, expect, test } from 'vitest'
import { encodeHeader } from '../../src/bitcoin/index.ts'
import { BitcoindClient } from '../../src/bitcoin/io/index.ts'
import { answering, codeOf, FakeChain, FakeServer } from './fake-bitcoind.ts'

/** A node that answers REST requests as the test says, in turn, and afterwards as bitcoind with -rest does. */
async function serve(chain: FakeChain, replies: (number | (() => number))[]) {
  const rpc = answering((call) => chain.answer(call))
  const asked: number[] = []
  const server = await FakeServer.start((request, body, response) => {
    if (request.method !== 'GET') return rpc(request, body, response)
    const next = replies.shift() ?? 200
    const status = typeof next === 'number' ? next : next()
    asked.push(status)
    response.writeHead(status)
    response.end(status === 200 ? Buffer.concat(chain.headers.map(encodeHeader)) : '')
  })
  return { server, asked }
}

const chainOf = (length: number) => {
  const chain = new FakeChain()
  chain.mine(length)
  return chain
}

describe('headers by REST', () => {
  test('one failed reply does not turn REST off', async () => {
    const { server, asked } = await serve(chainOf(3), [500])
    await using _ = server
    // By RPC meanwhile.
    expect(await server.client.getHeaders(0, 10)).toHaveLength(4)
    expect(await server.client.getHeaders(0, 10)).toHaveLength(4)
    expect(asked).toEqual([500, 200])
  })

  test.each([403, 404])('%i for a block on the chain says that it is off', async (status) => {
    const { server, asked } = await serve(chainOf(3), [status])
    await using _ = server
    for (let i = 0; i < 3; i++) expect(await server.client.getHeaders(0, 10)).toHaveLength(4)
    expect(asked).toEqual([status])
  })

  test('404 for a block that left the chain meanwhile says nothing', async () => {
    const chain = chainOf(3)
    const reorg = () => {
      chain.reorg(2, 2)
      return 404
    }
    const { server, asked } = await serve(chain, [reorg])
    await using _ = server
    expect(await server.client.getHeaders(2, 10)).toHaveLength(2)
    await server.client.getHeaders(0, 10)
    expect(asked).toEqual([404, 200])
  })

  test('503 is a node with too much to do', async () => {
    const { server, asked } = await serve(chainOf(3), [503])
    await using _ = server
    expect(await codeOf(server.client.getHeaders(0, 10))).toBe('E_NODE_BUSY')
    expect(await server.client.getHeaders(0, 10)).toHaveLength(4)
    expect(asked).toEqual([503, 200])
  })
})

describe('what is no REST of a node is not asked again', () => {
  const page = '<!doctype html><title>Welcome</title>'
  test.each([
    ['a page', 200, { 'content-type': 'text/html; charset=utf-8' }, page],
    ['a page of no type', 200, {}, page],
    ['a page larger than all headers', 200, { 'content-type': 'text/html' }, page.padEnd(300_000)],
    ['JSON', 200, { 'content-type': 'application/json' }, '{"status":"ok"}'],
    ['text of no type', 200, {}, 'OK\n'],
    ['nothing, called a page', 200, { 'content-type': 'text/html' }, ''],
    ['a demand for credentials', 401, {}, ''],
    ['no such method', 405, {}, ''],
  ])('%s', async (_name, status, headers, body) => {
    const chain = chainOf(3)
    const rpc = answering((call) => chain.answer(call))
    let asked = 0
    await using server = await FakeServer.start((request, given, response) => {
      if (request.method !== 'GET') return rpc(request, given, response)
      asked++
      response.writeHead(status, headers).end(body)
    })
    for (let i = 0; i < 3; i++) expect(await server.client.getHeaders(0, 10)).toHaveLength(4)
    expect(asked).toBe(1)
  })

  test('raw headers are, by bitcoind’s own type', async () => {
    const chain = chainOf(3)
    const rpc = answering((call) => chain.answer(call))
    let asked = 0
    await using server = await FakeServer.start((request, body, response) => {
      if (request.method !== 'GET') return rpc(request, body, response)
      asked++
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      response.end(Buffer.concat(chain.headers.map(encodeHeader)))
    })
    for (let i = 0; i < 3; i++) expect(await server.client.getHeaders(0, 10)).toHaveLength(4)
    expect(asked).toBe(3)
  })
})

describe('an address that names a wallet', () => {
  test.each([
    ['/wallet/mine', undefined, '/wallet/mine', '/rest/'],
    ['/wallet/mine', 'mine', '/wallet/mine', '/rest/'],
    ['/wallet/mine/', 'other one', '/wallet/other%20one', '/rest/'],
    ['/node/7/wallet/a%2Fb', 'mine', '/node/7/wallet/mine', '/node/7/rest/'],
    ['/node/7/', 'mine', '/node/7/wallet/mine', '/node/7/rest/'],
    ['', 'mine', '/wallet/mine', '/rest/'],
    ['', undefined, '/', '/rest/'],
  ])('%s, and wallet %s', async (path, wallet, expected, rest) => {
    const chain = chainOf(1)
    const rpc = answering((call) => chain.answer(call))
    const urls: string[] = []
    await using server = await FakeServer.start((request, body, response) => {
      urls.push(request.url ?? '')
      rpc(request, body, response)
    })
    const client = new BitcoindClient({ url: `${server.client.url}${path}` })
    await client.getBlockCount({ wallet })
    expect(urls).toEqual([expected])
    await client.getHeaders(0, 1)
    expect(urls.some((url) => url.startsWith(rest))).toBe(true)
    client.close()
  })
})
