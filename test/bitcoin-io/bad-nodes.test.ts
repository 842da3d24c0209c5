import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeHeader, headerHash, mainnet, regtest, signet, toDisplay } from '../../src/bitcoin/index.ts'
import { BitcoindClient, BitcoindError, getBlock } from '../../src/bitcoin/io/index.ts'
import { answering, codeOf, FakeChain, FakeServer, FakeTcp, lineOf, RpcFailure } from './fake-bitcoind.ts'

const plain = (status: number, body: string | Uint8Array) =>
  FakeServer.start((_request, _body, response) => response.writeHead(status).end(body))

describe('a node that cannot be asked', () => {
  test('nothing listens', async () => {
    const tcp = await FakeTcp.start()
    const client = new BitcoindClient({ url: tcp.url })
    await tcp[Symbol.asyncDispose]()
    expect(await lineOf(client.getBlockCount())).toMatch(/ECONNREFUSED.*Start bitcoind/)
    expect(await codeOf(client.getBlockCount())).toBe('E_NODE_UNREACHABLE')
  })

  test('it accepts and stays silent', async () => {
    await using tcp = await FakeTcp.start()
    const client = new BitcoindClient({ url: tcp.url, timeoutMs: 200 })
    await expect(client.getBlockCount()).rejects.toThrow(/stayed silent for 0.2 s/)
    expect(await codeOf(client.getHeaders(0, 10))).toBe('E_NODE_TIMEOUT')
  })

  test('it never finishes its answer', async () => {
    await using server = await FakeServer.start((_request, _body, response) => response.writeHead(200).write('{"re'), {
      timeoutMs: 200,
    })
    await expect(server.client.getBlockCount()).rejects.toThrow(/did not finish its answer/)
    expect(await codeOf(server.client.getBlockCount())).toBe('E_NODE_TIMEOUT')
  })

  test('it hangs up in the middle of its answer', async () => {
    await using server = await FakeServer.start((_request, _body, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"re', () => response.destroy())
    })
    expect(await codeOf(server.client.getBlockCount())).toBe('E_NODE_UNREACHABLE')
  })

  test('the caller aborts', async () => {
    const abort = new AbortController()
    await using tcp = await FakeTcp.start((socket) => socket.once('data', () => abort.abort(new Error('enough'))))
    const client = new BitcoindClient({ url: tcp.url })
    await expect(client.getBlockCount({ signal: abort.signal })).rejects.toThrow('enough')
    await expect(client.getBlockCount({ signal: abort.signal })).rejects.toThrow('enough')
  })

  test('a kept connection that the server closes under a request is replaced without a word', async () => {
    const answer = '{"id":0,"result":7,"error":null}'
    const requests: number[] = []
    await using tcp = await FakeTcp.start((socket) => {
      const number = requests.push(0) - 1
      socket.on('data', (data) => {
        if (!data.includes('POST')) return
        const count = (requests[number] ?? 0) + 1
        requests[number] = count
        if (count > 1) socket.resetAndDestroy()
        else socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`)
      })
    })
    const client = new BitcoindClient({ url: tcp.url })
    expect(await client.getBlockCount()).toBe(7)
    expect(await client.getBlockCount()).toBe(7)
    expect(requests).toEqual([2, 1])
    client.close()
  })

  test.each([
    [401, 'E_NODE_AUTH'],
    [403, 'E_NODE_AUTH'],
    [502, 'E_NODE_UNREACHABLE'],
    [503, 'E_NODE_BUSY'],
    [504, 'E_NODE_UNREACHABLE'],
    [404, 'E_NODE_GARBAGE'],
    [408, 'E_NODE_BUSY'],
    [429, 'E_NODE_BUSY'],
    [500, 'E_NODE_UNREACHABLE'],
    [522, 'E_NODE_UNREACHABLE'],
  ])('HTTP %i is %s', async (status, code) => {
    await using server = await plain(status, '')
    expect(await codeOf(server.client.getBlockCount())).toBe(code)
  })

  test.each([
    [403, '', /forbids the request \(403\)\. Allow this address \(rpcallowip\) and the method \(rpcwhitelist\)/],
    [502, '', /finds no node that answers \(502\)\. Start bitcoind/],
    [503, '', /has too much to do \(503\)\. Raise rpcworkqueue in its bitcoin\.conf if this lasts\.$/],
    [500, '{"id":0,"error":{"code":-28,"message":"Loading"}}', /is starting: Loading; wait until it has started$/],
  ])('HTTP %i: what to do follows what is wrong, as data', async (status, body, line) => {
    await using server = await plain(status, body)
    expect(await lineOf(server.client.getBlockCount())).toMatch(line)
    await expect(server.client.getBlockCount()).rejects.toMatchObject({ cure: { act: expect.any(String) } })
    await expect(server.client.getBlockCount()).rejects.not.toThrow(/Allow|Start bitcoind|Raise|Wait/)
  })

  test.each(['ftp://localhost', 'localhost:8332', ''])('"%s" is no address', (url) => {
    expect(() => new BitcoindClient({ url })).toThrow(/no address of a node/)
  })

  test('an address with a password in it is refused', async () => {
    expect(await lineOf((async () => new BitcoindClient({ url: 'http://me:secret@localhost:8332' }))())).toMatch(
      /--rpc-cookie/,
    )
    expect(() => new BitcoindClient({ url: 'http://me:secret@localhost:8332' })).not.toThrow(/secret/)
  })
})

describe('a node that answers garbage', () => {
  test.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['a page', '<html>Welcome to nginx</html>'],
    ['half of it', '{"id":0,"result":'],
    ['a number', '5'],
    ['null', 'null'],
    ['an array', '[]'],
    ['no result', '{"id":0}'],
    ['an error that is none', '{"id":0,"result":null,"error":"no"}'],
    ['a string for a height', '{"id":0,"result":"5","error":null}'],
    ['a negative height', '{"id":0,"result":-5,"error":null}'],
    ['a fraction', '{"id":0,"result":5.5,"error":null}'],
    ['a height over 32 bits', '{"id":0,"result":4294967296,"error":null}'],
    ['ten thousand brackets', '['.repeat(10_000)],
    ['bytes that are no UTF-8', Uint8Array.of(0xff, 0xfe, 0x00)],
  ])('%s', async (_name, body) => {
    await using server = await plain(200, body)
    expect(await lineOf(server.client.getBlockCount())).toMatch(/Check that the address/)
    expect(await codeOf(server.client.getBlockCount())).toBe('E_NODE_GARBAGE')
  })

  test('what is not HTTP at all', async () => {
    await using tcp = await FakeTcp.start((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    expect(await codeOf(new BitcoindClient({ url: tcp.url }).getBlockCount())).toBe('E_NODE_GARBAGE')
  })

  test('an answer without an end', async () => {
    let stopped: Promise<unknown> | undefined
    await using server = await FakeServer.start((_request, _body, response) => {
      stopped = once(response, 'close')
      const chunk = Buffer.alloc(1 << 20, ' ')
      const pump = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.writeHead(200).on('drain', pump)
      pump()
    })
    await expect(server.client.getBlockCount()).rejects.toThrow(/more than 33554432 bytes/)
    await stopped
  })

  test.each([
    ['no array', '{"id":0,"result":null,"error":null}'],
    ['too few', '[]'],
    ['one id twice', `[{"id":0,"result":1},{"id":0,"result":2}]`],
    ['a wrong type among them', `[{"id":0,"result":1},{"id":1,"result":"x"}]`],
  ])('a batch: %s', async (_name, body) => {
    await using server = await plain(200, body)
    const calls = [0, 1].map(() => ({ method: 'getblockcount', schema: z.int() }))
    expect(await codeOf(server.client.batch(calls))).toBe('E_NODE_GARBAGE')
  })

  test('headers by REST that are not those asked for', async () => {
    const chain = new FakeChain()
    chain.mine(3)
    const bytes = Buffer.concat(chain.headers.map(encodeHeader))
    const cases: [string, Uint8Array][] = [
      ['no whole number', bytes.subarray(0, 100)],
      ['hashes to', bytes.subarray(80)],
      ['does not follow', Buffer.concat([bytes.subarray(0, 80), bytes.subarray(160)])],
      ['more than', Buffer.alloc(2001 * 80)],
    ]
    for (const [message, rest] of cases) {
      const rpc = answering((call) => chain.answer(call))
      await using server = await FakeServer.start((request, body, response) => {
        if (request.method === 'GET') response.end(rest)
        else rpc(request, body, response)
      })
      await expect(server.client.getHeaders(0, 4)).rejects.toThrow(message)
      expect(await codeOf(server.client.getHeaders(0, 4))).toBe('E_NODE_GARBAGE')
    }
  })

  test('a header that has another hash', async () => {
    const hex = Buffer.from(encodeHeader(mainnet.genesis)).toString('hex')
    await using server = await FakeServer.start(answering(() => hex))
    expect(await codeOf(server.client.getHeader(headerHash(regtest.genesis)))).toBe('E_NODE_GARBAGE')
  })

  test.each([
    ['no whole bytes', 'abc'],
    ['no digits', 'zz'],
    ['more than a block has', 'ab'.repeat(4_200_000)],
  ])('a block of %s', async (_name, hex) => {
    await using server = await FakeServer.start(answering(() => hex))
    expect(await codeOf(getBlock(server.client, headerHash(regtest.genesis)))).toBe('E_NODE_GARBAGE')
  })
})

describe('errors of a real node', () => {
  test('warming up, single and batched', async () => {
    const error = '{"code":-28,"message":"Loading block index…"}'
    await using server = await plain(500, `{"id":null,"result":null,"error":${error}}`)
    await expect(server.client.getBlockCount()).rejects.toThrow(/is starting: Loading block index/)
    expect(await codeOf(server.client.batch([{ method: 'x', schema: z.any() }]))).toBe('E_NODE_WARMUP')
  })

  test('a refusal carries Core’s number', async () => {
    await using server = await FakeServer.start(
      answering(() => {
        throw new RpcFailure(-1, 'no')
      }),
    )
    const error = await server.client.getBlockCount().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(BitcoindError)
    expect(error).toMatchObject({ code: 'E_NODE_RPC', rpcCode: -1 })
  })

  test('a long refusal is cut', async () => {
    await using server = await FakeServer.start(
      answering(() => {
        throw new RpcFailure(-1, 'no'.repeat(100_000))
      }),
    )
    const error = (await server.client.getBlockCount().catch((caught: unknown) => caught)) as Error
    expect(error.message.length).toBeLessThan(400)
  })

  test('another network', async () => {
    const chain = new FakeChain()
    await using server = await FakeServer.start(answering((call) => chain.answer(call)))
    expect(await lineOf(server.client.assertNetwork(mainnet))).toMatch(/"regtest".*not on mainnet.*--network/)
    expect(await codeOf(server.client.assertNetwork(mainnet))).toBe('E_NODE_WRONG_NETWORK')
    await server.client.assertNetwork(regtest)
  })

  test('a custom signet is told from the public one by its challenge', async () => {
    const info = { ...(new FakeChain().answer({ id: 0, method: 'getblockchaininfo', params: [] }) as object) }
    const genesis = toDisplay(headerHash(signet.genesis))
    await using server = await FakeServer.start(
      answering(({ method }) => (method === 'getblockhash' ? genesis : { ...info, signet_challenge: '51' })),
    )
    await expect(server.client.assertNetwork(signet)).rejects.toThrow(/custom signet \(challenge 51\)/)
    await server.client.assertNetwork({ ...signet, name: 'mine', custom: true })
  })
})
