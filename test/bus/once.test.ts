import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { type Header, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { ChainFeed } from '../../src/bitcoin/io/index.ts'
import { History, historyStart } from '../../src/bus/io/history/history.ts'
import { HistoryKeeper } from '../../src/bus/io/history/history-keeper.ts'
import { memoryTable } from '../../src/bus/io/history/table.ts'
import { ChainFollower } from '../../src/bus/io/prover/chain-follower.ts'
import { ProofPublisher } from '../../src/bus/io/publish/publisher.ts'
import { InProcessServer } from '../../src/bus/io/serve/in-process-server.ts'
import { together } from '../../src/lib/index.ts'
import { answering, FakeChain, FakeServer } from '../bitcoin-io/fake-bitcoind.ts'
import { FakeEngine } from './fake-engine.ts'
import { poseidonSource } from './poseidon-reference.ts'
import { branches, main, NOW, ProverPlace, start } from './prover-fixture.ts'

/** How often each header is hashed and judged; whoever calls, since the modules themselves count. */
const counted = vi.hoisted(() => ({ hashed: new Map<number, number>(), judged: new Map<number, number>(), on: false }))
const keyOf = vi.hoisted(
  () =>
    ({ merkleRoot, time }: Header) =>
      time * 256 + (merkleRoot[0] ?? 0),
)
const count = vi.hoisted(() => (counts: Map<number, number>, header: Header) => {
  const key = keyOf(header)
  // The fake engine stands for the circuit, which hashes and judges in its own way.
  if (counted.on && !new Error().stack?.includes('fake-engine')) counts.set(key, (counts.get(key) ?? 0) + 1)
})
vi.mock('../../src/bitcoin/header.ts', async (original) => {
  const module = await original<typeof import('../../src/bitcoin/header.ts')>()
  return {
    ...module,
    headerHash(header: Header) {
      count(counted.hashed, header)
      return module.headerHash(header)
    },
  }
})
vi.mock('../../src/bitcoin/check-header.ts', async (original) => {
  const module = await original<typeof import('../../src/bitcoin/check-header.ts')>()
  return {
    ...module,
    checkHeader(...given: Parameters<typeof module.checkHeader>) {
      count(counted.judged, given[2])
      return module.checkHeader(...given)
    },
  }
})

const place = new ProverPlace()
beforeEach(() => {
  counted.on = false
  counted.hashed.clear()
  counted.judged.clear()
})

it('a header is fetched, hashed and judged once on its way to proof, history and server, through a reorg too', async () => {
  const chain = new FakeChain()
  // The chain moves only while the feed waits for that: a header read while it moves may be fetched again.
  let tellWaiting: () => void = () => undefined
  const move = (headers: readonly Header[]) => {
    chain.known.push(...headers)
    chain.headers = [regtest.genesis, ...headers]
    for (const height of chain.headers.keys()) chain.hashAt(height)
    tellWaiting()
  }
  const fetched = new Map<string, number>()
  const answer = answering((call) => {
    const [hash] = call.params
    if (call.method === 'getblockheader') fetched.set(String(hash), (fetched.get(String(hash)) ?? 0) + 1)
    if (call.method === 'waitfornewblock') return { hash: toDisplay(chain.tip.hash), height: chain.tip.height }
    return chain.answer(call)
  })
  const waiting = { now: Promise.withResolvers<void>() }
  await using bitcoind = await FakeServer.start((request, body, response) => {
    if (!body.includes('waitfornewblock')) return answer(request, body, response)
    tellWaiting = () => answer(request, body, response)
    waiting.now.resolve()
  })
  const { client } = bitcoind
  move(main.headers.slice(0, 40))
  await place.withProver(async (prover) => {
    const verifier = new FakeEngine(start)
    const clock = () => NOW * 1000
    const file = join(place.dir, 'current.proof')
    const publisher = new ProofPublisher({ file, verifyOptions: () => ({ params: regtest, verifier, now: NOW }) })
    const feed = new ChainFeed({ client, params: regtest })
    const keeper = new HistoryKeeper({
      source: feed,
      open: () => History.open(historyStart(regtest), memoryTable(), poseidonSource),
    })
    prover.events.on('checkpoint', ({ context }) => keeper.keep(context.height))
    const follower = new ChainFollower({ feed, proving: { prover, start }, publisher, clock })
    const server = new InProcessServer({ http: { host: '127.0.0.1', port: 0 }, client, publisher, keeper })
    const services = together([keeper, publisher, server, follower, feed])
    const proved = () =>
      new Promise<number>((resolve) => follower.events.on('proved', ({ chain: at }) => resolve(at.height)))
    const kept = (height: number) =>
      new Promise<void>((resolve) => keeper.events.on('kept', (event) => event.height === height && resolve()))
    let [proof, history] = [proved(), kept(40)]
    counted.on = true
    await services.start()
    expect(await proof).toBe(40)
    await history
    // Then one block, two at once, and another branch.
    for (const headers of [main.headers.slice(0, 41), main.headers.slice(0, 43), branches[2]!.headers]) {
      ;[proof, history] = [proved(), kept(headers.length)]
      await waiting.now.promise
      waiting.now = Promise.withResolvers<void>()
      counted.on = false
      move(headers)
      counted.on = true
      expect(await proof).toBe(headers.length)
      await history
    }
    await services.stop()
  })
  // 43 blocks of the first branch, and the 35 of the other after its fork at 30.
  const once = Array(43 + 35).fill(1)
  expect([...counted.judged.values()]).toEqual(once)
  const genesis = toDisplay(start.context.hash)
  expect([...fetched].filter(([hash]) => hash !== genesis).map(([, times]) => times)).toEqual(once)
  expect([...counted.hashed].filter(([key]) => key !== keyOf(regtest.genesis)).map(([, times]) => times)).toEqual(once)
}, 60_000)
