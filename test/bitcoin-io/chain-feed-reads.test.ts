import { expect, test } from 'vitest'
import { toDisplay } from '../../src/bitcoin/index.ts'
import { BitcoindClient, ChainFeed } from '../../src/bitcoin/io/index.ts'
import { answering, FakeChain, FakeServer, RpcFailure } from './fake-bitcoind.ts'

const quick = { pollMs: 1, backoffMs: 1 }

test('a read that waits for the node ends at once when interrupted', async () => {
  const client = new BitcoindClient({ url: 'http://127.0.0.1:1' })
  const feed = new ChainFeed({ client, ...quick })
  const states: string[] = []
  feed.events.on('unreachable', ({ state }) => states.push(state))
  await feed.start()
  const stop = new AbortController()
  setTimeout(() => stop.abort(new Error('enough')), 20)
  await expect(feed.tipHeight(stop.signal)).rejects.toThrow('enough')
  expect(states).toEqual(['silent'])
  await feed.stop()
  client.close()
})

test('reads wait until there is an answer, tell so once, and pass on what will not pass', async () => {
  const chain = new FakeChain()
  chain.mine(7)
  const failures = [new RpcFailure(-28, 'Loading block index…'), new RpcFailure(-28, 'Verifying blocks…')]
  const answer = answering((call) => {
    const failure = failures.shift()
    if (failure !== undefined) throw failure
    if (call.method === 'getblockhash' && call.params[0] === 1) throw new RpcFailure(-1, 'no')
    return chain.answer(call)
  })
  await using server = await FakeServer.start(answer)
  const feed = new ChainFeed({ client: server.client, ...quick })
  const heard: string[] = []
  feed.events.on('unreachable', ({ state }) => heard.push(state))
  feed.events.on('recovered', () => heard.push('recovered'))
  await feed.start()
  expect(await feed.tipHeight()).toBe(7)
  expect(heard).toEqual(['starting', 'recovered'])
  await expect(feed.hashAt(1)).rejects.toMatchObject({ code: 'E_NODE_RPC' })
  await feed.stop()
})

test.each([
  ['longer', 25],
  ['shorter', 3],
])('a reader below the view waits where the node is on a %s chain that the feed has yet to see', async (_, count) => {
  const chain = new FakeChain()
  chain.mine(30)
  let release: (() => void) | undefined
  let looked = Promise.withResolvers<void>()
  const answer = answering((call) => {
    if (call.method === 'waitfornewblock') return { hash: toDisplay(chain.tip.hash), height: chain.tip.height }
    if (call.method === 'getblockhash' && call.params[0] === 30) looked.resolve()
    return chain.answer(call)
  })
  await using server = await FakeServer.start((request, body, response) => {
    const reply = () => answer(request, body, response)
    // The feed hears of no block until it is let.
    if (body.includes('waitfornewblock') && release === undefined) release = reply
    else reply()
  })
  const feed = new ChainFeed({ client: server.client, ...quick })
  await feed.start()
  await expect.poll(() => release).toBeDefined()
  chain.reorg(20, count)
  looked = Promise.withResolvers<void>()
  const reading = feed.headers(5, 40)
  // By then the reader has found what does not fit together, and asks whether the node has moved.
  await looked.promise
  release?.()
  const headers = await reading
  expect(headers).toHaveLength(chain.headers.length - 5)
  for (const { height, hash } of headers) expect(toDisplay(hash)).toBe(toDisplay(chain.hashAt(height)))
  await feed.stop()
})

test('a reader that waits for the feed to see a new chain ends with the feed', async () => {
  const chain = new FakeChain()
  chain.mine(30)
  const answer = answering((call) => chain.answer(call))
  await using server = await FakeServer.start((request, body, response) => {
    if (!body.includes('waitfornewblock')) answer(request, body, response)
  })
  const feed = new ChainFeed({ client: server.client, ...quick })
  await feed.start()
  chain.reorg(20, 25)
  const reading = expect(feed.headers(5, 40)).rejects.toThrow('aborted')
  await feed.stop()
  await reading
})
