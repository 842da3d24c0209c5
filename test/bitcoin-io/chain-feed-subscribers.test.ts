import fc from 'fast-check'
import { expect, test } from 'vitest'
import { regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { type BlockEvent, ChainFeed } from '../../src/bitcoin/io/index.ts'
import { answering, FakeChain, FakeServer, RpcFailure, type RpcRequest } from './fake-bitcoind.ts'
import { Replay } from './replay.ts'

const quick = { params: regtest, pollMs: 1, backoffMs: 1 }

/** A feed of this chain, started, and how often each method was asked for. */
async function following(chain: FakeChain, intercept: (call: RpcRequest) => unknown = () => undefined, keep?: number) {
  const asked = new Map<string, number>()
  const server = await FakeServer.start(
    answering((call) => {
      asked.set(call.method, (asked.get(call.method) ?? 0) + 1)
      return intercept(call) ?? chain.answer(call)
    }),
  )
  const feed = new ChainFeed({ client: server.client, ...quick, keep })
  await feed.start()
  return { server, feed, asked }
}

const display = (chain: FakeChain) => chain.headers.map((_, height) => toDisplay(chain.hashAt(height)))

test('any number of subscribers, each from a height and at a pace of its own, are told the whole chain', async () => {
  const change = fc.record({ depth: fc.integer({ min: 0, max: 12 }), count: fc.integer({ min: 1, max: 12 }) })
  const subscriber = fc.record({ from: fc.integer({ min: -1, max: 20 }), pace: fc.integer({ min: 1, max: 9 }) })
  const scenario = fc.record({
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    subscribers: fc.array(subscriber, { minLength: 1, maxLength: 5 }),
    keep: fc.constantFrom(1, 7, 20_000),
  })
  const property = fc.asyncProperty(scenario, async ({ changes, subscribers, keep }) => {
    const chain = new FakeChain()
    chain.mine(20)
    const { server, feed } = await following(chain, undefined, keep)
    await using _ = server
    const all = subscribers.map(({ from, pace }) => {
      const known = chain.headers.slice(0, from + 1).map((_header, height) => chain.hashAt(height))
      const tip = from < 0 ? undefined : { height: from, hash: chain.hashAt(from) }
      return { replay: new Replay(known), events: feed.subscribe({ from: tip }), pace }
    })
    for (const { depth, count } of changes) {
      // Each takes as many events as its pace is, and no more, before the chain changes again.
      await Promise.all(
        all.map(async ({ replay, events, pace }) => {
          for (let taken = 0; taken < pace; taken++) {
            const { value } = await events.next()
            replay.apply(value as BlockEvent)
            if ((value as BlockEvent).type === 'tip') return
          }
        }),
      )
      chain.reorg(depth, count)
    }
    for (const { replay, events } of all) {
      await replay.untilTip(events, chain.tip.hash)
      expect(replay.display).toEqual(display(chain))
      expect(replay.types).not.toContain('unreachable')
    }
    await feed.stop()
  })
  await fc.assert(property, { numRuns: 25 })
})

test('a node that went over to another chain before the feed has seen it tells of no impossible one', async () => {
  const chain = new FakeChain()
  chain.mine(26)
  const seen = Promise.withResolvers<void>()
  const answer = answering((call) => {
    // Asked when what came from the node does not fit the view: the feed may see the new chain from now on.
    if (chain.tip.height === 19 && call.method === 'getblockhash' && call.params[0] === 26) seen.resolve()
    return chain.answer(call)
  })
  await using server = await FakeServer.start((request, body, response) => {
    if (body.includes('waitfornewblock')) void seen.promise.then(() => answer(request, body, response))
    else answer(request, body, response)
  })
  const feed = new ChainFeed({ client: server.client, ...quick, keep: 7 })
  await feed.start()
  const replay = new Replay(
    display(chain)
      .slice(0, 19)
      .map((_, height) => chain.hashAt(height)),
  )
  const events = feed.subscribe({ from: { height: 18, hash: chain.hashAt(18) } })
  // Block 19 lies deeper than the view remembers and is the new chain's, which has no block 20; the view's chain has.
  chain.reorg(8, 1)
  await replay.untilTip(events, chain.tip.hash)
  expect(replay.display).toEqual(display(chain))
  await feed.stop()
})

test('a subscriber that does not ask keeps nobody waiting, and catches up without asking the node', async () => {
  const chain = new FakeChain()
  chain.mine(3)
  const { server, feed, asked } = await following(chain)
  await using _ = server
  const [slow, fast] = [new Replay(), new Replay()]
  const [slowly, fastly] = [feed.subscribe(), feed.subscribe()]
  await slow.until(slowly, () => true)
  for (let i = 0; i < 20; i++) {
    chain.reorg(i % 3, 2)
    await fast.untilTip(fastly, chain.tip.hash)
  }
  expect(fast.display).toEqual(display(chain))
  const before = asked.get('getblockheader')
  await slow.untilTip(slowly, chain.tip.hash)
  expect(slow.display).toEqual(display(chain))
  expect(asked.get('getblockheader')).toBe(before)
  await feed.stop()
})

test('what many subscribers and readers are told is fetched once', async () => {
  const chain = new FakeChain()
  chain.mine(50)
  const { server, feed, asked } = await following(chain)
  await using _ = server
  const readers = Array.from({ length: 8 }, () => ({ replay: new Replay(), events: feed.subscribe() }))
  await Promise.all(readers.map(({ replay, events }) => replay.untilTip(events, chain.tip.hash)))
  expect(await feed.headers(10, 20)).toHaveLength(20)
  expect(await feed.hashAt(7)).toEqual(chain.hashAt(7))
  expect(await feed.hashAt(51)).toBeNull()
  expect(asked.get('getblockheader')).toBe(51)
  chain.mine(1)
  await Promise.all(readers.map(({ replay, events }) => replay.untilTip(events, chain.tip.hash)))
  expect(asked.get('getblockheader')).toBe(52)
  await feed.stop()
})

test('a tick tells how many blocks it replaces', async () => {
  const chain = new FakeChain()
  chain.mine(6)
  const { server, feed } = await following(chain)
  await using _ = server
  const events = feed.subscribe({ from: chain.tip })
  await events.next()
  chain.reorg(3, 5)
  const ticks: unknown[] = []
  for await (const event of events) {
    if (event.type === 'connected') ticks.push([event.height, event.reorg])
    if (event.type === 'tip') break
  }
  expect(ticks).toEqual([4, 5, 6, 7, 8].map((height) => [height, height === 4 ? 3 : 0]))
  await feed.stop()
})

test('one subscriber that is interrupted, or leaves, takes nothing from the others; all end with the feed', async () => {
  const chain = new FakeChain()
  chain.mine(2)
  const { server, feed } = await following(chain)
  await using _ = server
  const stop = new AbortController()
  const [leaving, interrupted, staying] = [feed.subscribe(), feed.subscribe({ signal: stop.signal }), feed.subscribe()]
  const replay = new Replay()
  for (const events of [leaving, interrupted]) await new Replay().untilTip(events, chain.tip.hash)
  await leaving.return()
  const waiting = interrupted.next()
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  chain.mine(1)
  await replay.untilTip(staying, chain.tip.hash)
  const end = staying.next()
  await feed.stop()
  expect(await end).toEqual({ done: true, value: undefined })
  expect(await feed.tip()).toMatchObject({ height: 3 })
  await feed.ended()
})

test('a subscriber whose place the node has yet to reach waits alone', async () => {
  const chain = new FakeChain()
  chain.mine(6)
  const whole = [...chain.headers]
  const ahead = chain.tip
  chain.headers = whole.slice(0, 4)
  const lost = chain.known.splice(4)
  const { server, feed } = await following(chain)
  await using _ = server
  const [events, others] = [feed.subscribe({ from: ahead }), feed.subscribe()]
  expect((await events.next()).value).toMatchObject({ type: 'unreachable', state: 'behind' })
  await new Replay().untilTip(others, chain.tip.hash)
  chain.headers = whole
  chain.known.push(...lost)
  const types: string[] = []
  for await (const event of events) {
    types.push(event.type)
    if (event.type === 'tip') break
  }
  expect(types).toEqual(['recovered', 'tip'])
  await feed.stop()
})

test('a node that lost its blocks is told of once, until it has them again', async () => {
  const chain = new FakeChain()
  chain.mine(6)
  const [whole, known] = [[...chain.headers], [...chain.known]]
  let looks = 0
  const looked = Promise.withResolvers<void>()
  const { server, feed } = await following(chain, ({ method }) => {
    // Whether it knows the lost tip.
    if (method === 'getblockheader' && chain.headers.length === 3 && ++looks === 5) looked.resolve()
    return undefined
  })
  await using _ = server
  const base = { height: 1, hash: chain.hashAt(1) }
  const events = feed.subscribe({ base })
  const replay = new Replay()
  await replay.untilTip(events, chain.tip.hash)
  const heard: string[] = []
  feed.events.on('unreachable', ({ state }) => heard.push(state))
  feed.events.on('recovered', () => heard.push('recovered'))
  chain.headers = whole.slice(0, 3)
  chain.known.splice(3)
  expect(await replay.until(events, () => true)).toMatchObject({ type: 'unreachable', state: 'behind' })
  const next = events.next()
  // Looking again changes nothing.
  await looked.promise
  chain.headers = whole
  chain.known.push(...known.slice(3))
  replay.apply((await next).value as BlockEvent)
  await replay.untilTip(events, chain.tip.hash)
  expect(replay.types.slice(-3)).toEqual(['unreachable', 'recovered', 'tip'])
  expect(heard).toEqual(['behind', 'recovered'])
  await feed.stop()
})

test('what will not pass ends the feed, for all who wait', async () => {
  const chain = new FakeChain()
  chain.mine(2)
  let broken = false
  const { server, feed } = await following(chain, ({ method }) => {
    if (broken && method === 'getblockhash') throw new RpcFailure(-1, 'broken')
    return undefined
  })
  await using _ = server
  const all = [feed.subscribe(), feed.subscribe()]
  for (const events of all) await new Replay().untilTip(events, chain.tip.hash)
  const waiting = all.map((events) => events.next())
  broken = true
  for (const next of waiting) await expect(next).rejects.toMatchObject({ code: 'E_NODE_RPC' })
  await expect(feed.ended()).rejects.toMatchObject({ code: 'E_NODE_RPC' })
  await expect(feed.tip()).rejects.toMatchObject({ code: 'E_NODE_RPC' })
  await expect(feed.stop()).rejects.toMatchObject({ code: 'E_NODE_RPC' })
})

test('a chain that shrinks below what the node itself forgot is told from memory', async () => {
  const chain = new FakeChain()
  chain.mine(8)
  const { server, feed } = await following(chain)
  await using _ = server
  const replay = new Replay()
  const events = feed.subscribe()
  await replay.untilTip(events, chain.tip.hash)
  // Wiped and begun anew while the feed runs: lower, and nothing of before is known.
  chain.reorg(8, 3)
  chain.known.splice(0, chain.known.length, ...chain.headers)
  await replay.untilTip(events, chain.tip.hash)
  expect(replay.display).toEqual(display(chain))
  await feed.stop()
})
