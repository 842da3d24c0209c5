import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mainnet, regtest, sameHash, toDisplay } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { answering, codeOf, FakeChain, FakeServer, RpcFailure, type RpcRequest } from './fake-bitcoind.ts'
import { feedOf } from './feed-of.ts'
import { Replay } from './replay.ts'

const quick = { pollMs: 1, backoffMs: 1 }

function serve(chain: FakeChain, intercept: (call: RpcRequest) => unknown = () => undefined) {
  return FakeServer.start(answering((call) => intercept(call) ?? chain.answer(call)))
}

const tipOf = (chain: FakeChain) => ({ hash: toDisplay(chain.tip.hash), height: chain.tip.height })

/** Until the feed has told everything the chain now is. */
async function catchUp(replay: Replay, events: AsyncIterator<BlockEvent>, chain: FakeChain): Promise<void> {
  await replay.untilTip(events, chain.tip.hash)
  expect(replay.display).toEqual(chain.headers.map((_, height) => toDisplay(chain.hashAt(height))))
}

test('whatever happens between any two requests, the events tell the chain exactly', async () => {
  const change = fc.record({
    after: fc.integer({ min: 1, max: 12 }),
    depth: fc.integer({ min: 0, max: 40 }),
    count: fc.integer({ min: 0, max: 40 }),
  })
  const scenario = fc.record({
    changes: fc.array(change, { maxLength: 6 }),
    wait: fc.constantFrom('current-tip', 'blind', 'poll'),
    keep: fc.constantFrom(1, 7, 20_000),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ changes, wait, keep }) => {
      const chain = new FakeChain()
      chain.mine(30)
      const pending = [...changes]
      let due = pending[0]?.after ?? 0
      await using server = await serve(chain, (call) => {
        const next = pending[0]
        if (next !== undefined && --due <= 0) {
          chain.reorg(next.depth, next.count)
          pending.shift()
          due = pending[0]?.after ?? 0
        }
        if (call.method !== 'waitfornewblock') return undefined
        if (wait === 'poll') throw new RpcFailure(-32601, 'Method not found')
        if (wait === 'blind' && call.params.length > 1) throw new RpcFailure(-1, 'waitfornewblock ( timeout )')
        return tipOf(chain)
      })
      const replay = new Replay()
      // Every turn of the feed asks something, so the changes all come; the last tip is told after the last of them.
      for await (const event of feedOf(server.client, { ...quick, keep })) {
        replay.apply(event)
        if (event.type === 'tip' && pending.length === 0 && sameHash(event.hash, chain.tip.hash)) break
        expect(event.type).not.toBe('unreachable')
      }
      expect(replay.display).toEqual(chain.headers.map((_, height) => toDisplay(chain.hashAt(height))))
    }),
    { numRuns: 100 },
  )
})

test('the feed continues after the block it is given, and takes even that one back', async () => {
  const chain = new FakeChain()
  chain.mine(10)
  const from = { height: 5, hash: chain.hashAt(5) }
  const start = [0, 1, 2, 3, 4, 5].map((height) => chain.hashAt(height))
  chain.reorg(8, 9)
  await using server = await serve(chain)
  const replay = new Replay(start)
  await catchUp(replay, feedOf(server.client, { from, ...quick }), chain)
  expect(replay.types).toEqual([...Array(3).fill('disconnected'), ...Array(9).fill('connected'), 'tip'])
})

test('of the ways to wait the best that the node allows is used', async () => {
  const chain = new FakeChain()
  const waits: number[] = []
  let polls = 0
  await using server = await serve(chain, ({ method, params }) => {
    if (method === 'waitfornewblock') {
      waits.push(params.length)
      throw new RpcFailure(params.length > 1 ? -1 : -32601, 'no')
    }
    if (method === 'getblockhash' && waits.length === 2 && ++polls === 6) chain.mine(1)
    return undefined
  })
  const replay = new Replay()
  const events = feedOf(server.client, quick)
  await replay.until(events, (event) => event.type === 'tip' && event.height === 1)
  expect(waits).toEqual([2, 1])
})

test('a method forbidden by a whitelist is not asked for again', async () => {
  const chain = new FakeChain()
  const answer = answering((call) => chain.answer(call))
  let waits = 0
  await using server = await FakeServer.start((request, body, response) => {
    if (!body.includes('waitfornewblock')) return answer(request, body, response)
    waits++
    chain.mine(1)
    response.writeHead(403).end()
  })
  const events = feedOf(server.client, quick)
  const replay = new Replay()
  await replay.until(events, (event) => event.type === 'tip' && event.height === 1)
  chain.mine(1)
  await catchUp(replay, events, chain)
  expect(waits).toBe(1)
})

test('a node that is merely behind is waited for', async () => {
  const chain = new FakeChain()
  chain.mine(3)
  const whole = chain.headers
  const from = chain.tip
  chain.headers = whole.slice(0, 2)
  const behind = chain.known.splice(2)
  await using server = await serve(chain)
  const events = feedOf(server.client, { from, ...quick })
  const replay = new Replay(whole.slice(0, 4).map((_, i) => (i < 2 ? chain.hashAt(i) : from.hash)))
  const event = await replay.until(events, () => true)
  expect(event).toMatchObject({ type: 'unreachable', error: { code: 'E_NODE_BEHIND' } })
  chain.headers = whole
  chain.known.push(...behind)
  await replay.until(events, (next) => next.type === 'tip')
  expect(replay.types).toEqual(['unreachable', 'recovered', 'tip'])
})

test('a block the node has never seen ends the feed', async () => {
  const other = new FakeChain()
  other.mine(3)
  other.reorg(2, 2)
  const chain = new FakeChain()
  chain.mine(5)
  await using server = await serve(chain)
  expect(await codeOf(feedOf(server.client, { from: other.tip }).next())).toBe('E_NODE_UNKNOWN_BLOCK')
})

test('blocks that a node forgot are taken back from memory', async () => {
  const chain = new FakeChain()
  chain.mine(10)
  await using server = await serve(chain)
  const events = feedOf(server.client, quick)
  const replay = new Replay()
  await catchUp(replay, events, chain)
  chain.reorg(10, 12)
  chain.known.splice(0, chain.known.length, ...chain.headers)
  await catchUp(replay, events, chain)
})

test('a node that comes back on another network ends the feed', async () => {
  const chain = new FakeChain()
  let trouble: 'none' | 'starting' | 'another' = 'none'
  await using server = await serve(chain, (call) => {
    if (trouble === 'starting') throw new RpcFailure(-28, 'Loading block index…')
    if (trouble === 'another' && call.method === 'getblockhash') return '0'.repeat(64)
    return undefined
  })
  const events = feedOf(server.client, { params: regtest, ...quick })
  await new Replay().until(events, (event) => event.type === 'tip')
  trouble = 'starting'
  expect(await events.next()).toMatchObject({ value: { type: 'unreachable', error: { code: 'E_NODE_WARMUP' } } })
  trouble = 'another'
  expect(await codeOf(events.next())).toBe('E_NODE_WRONG_NETWORK')
  await using wrong = await serve(new FakeChain())
  expect(await codeOf(feedOf(wrong.client, { params: mainnet }).next())).toBe('E_NODE_WRONG_NETWORK')
})

test('headers that never follow each other end the feed', async () => {
  const chain = new FakeChain()
  chain.mine(4)
  const from = { height: 1, hash: chain.hashAt(1) }
  await using server = await serve(chain, ({ method, params }) =>
    method === 'getblockhash' && params[0] === 2 ? toDisplay(chain.hashAt(4)) : undefined,
  )
  expect(await codeOf(feedOf(server.client, { from, ...quick }).next())).toBe('E_NODE_GARBAGE')
})

test('aborting ends the wait for a block with the reason given', async () => {
  const chain = new FakeChain()
  const abort = new AbortController()
  const answer = answering((call) => chain.answer(call))
  await using server = await FakeServer.start((request, body, response) => {
    // Never answered: the feed is waiting when the signal comes.
    if (body.includes('waitfornewblock')) abort.abort(new Error('stop following'))
    else answer(request, body, response)
  })
  const events = feedOf(server.client, { signal: abort.signal })
  await new Replay().until(events, (event) => event.type === 'tip')
  await expect(events.next()).rejects.toThrow('stop following')
  await expect(events.next()).resolves.toMatchObject({ done: true })
})

test('the end of an outage is told at once, not with the next block', async () => {
  const chain = new FakeChain()
  const answer = answering((call) => chain.answer(call))
  const failing = answering(() => {
    throw new RpcFailure(-28, 'Verifying blocks…')
  })
  let waits = 0
  await using server = await FakeServer.start((request, body, response) => {
    if (!body.includes('waitfornewblock')) answer(request, body, response)
    // The first wait ends in an outage; the second one lasts for ever.
    else if (++waits === 1) failing(request, body, response)
  })
  const events = feedOf(server.client, quick)
  const replay = new Replay()
  await replay.until(events, (event) => event.type === 'recovered')
  await replay.until(events, (event) => event.type === 'tip')
  expect(replay.types).toEqual(['connected', 'tip', 'unreachable', 'recovered', 'tip'])
})

test.each([
  ['the known tip', 0],
  ['a tip that the node itself does not have', 1],
])('a proxy that answers at once with %s is not asked without end', async (_, ahead) => {
  const chain = new FakeChain()
  chain.mine(3)
  const other = new FakeChain()
  other.mine(3 + ahead)
  let waits = 0
  const since = performance.now()
  await using server = await serve(chain, ({ method }) => {
    if (method !== 'waitfornewblock') return undefined
    if (++waits === 6) chain.mine(1)
    return tipOf(waits > 6 ? chain : other)
  })
  const events = feedOf(server.client, { pollMs: 40, backoffMs: 1 })
  await new Replay().until(events, (event) => event.type === 'tip' && event.height === 4)
  // Six waits; the first may name what is news.
  expect(waits).toBe(6)
  expect(performance.now() - since).toBeGreaterThan(5 * 40 - 5)
})

test('a new tip is told at once, however seldom the node would be polled', async () => {
  const chain = new FakeChain()
  let waits = 0
  await using server = await serve(chain, ({ method }) => {
    if (method !== 'waitfornewblock') return undefined
    waits++
    chain.mine(1)
    return tipOf(chain)
  })
  const events = feedOf(server.client, { pollMs: 60_000, backoffMs: 1 })
  await new Replay().until(events, (event) => event.type === 'tip' && event.height === 5)
  expect(waits).toBe(5)
})
