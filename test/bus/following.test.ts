import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Header, regtest } from '../../src/bitcoin/index.ts'
import { BitcoindClient, ChainFeed } from '../../src/bitcoin/io/index.ts'
import { type FollowingOptions, followingOf } from '../../src/bus/io/following.ts'
import { History, historyStart } from '../../src/bus/io/history/history.ts'
import { HistoryKeeper } from '../../src/bus/io/history/history-keeper.ts'
import { memoryTable } from '../../src/bus/io/history/table.ts'
import { ChainFollower } from '../../src/bus/io/prover/chain-follower.ts'
import type { OpenProver } from '../../src/bus/io/prover/open-prover.ts'
import type { BusProver } from '../../src/bus/io/prover/prover.ts'
import { ProofPublisher } from '../../src/bus/io/publish/publisher.ts'
import { InProcessServer } from '../../src/bus/io/serve/in-process-server.ts'
import { type Events, together, WscError } from '../../src/lib/index.ts'
import { answering, FakeChain, FakeServer, RpcFailure } from '../bitcoin-io/fake-bitcoind.ts'
import { FakeEngine } from './fake-engine.ts'
import { poseidonSource } from './poseidon-reference.ts'
import { branches, main, NOW, ProverPlace, start } from './prover-fixture.ts'

const place = new ProverPlace()

class Counting extends FakeEngine {
  verified = 0
  override verify(...given: Parameters<FakeEngine['verify']>) {
    this.verified++
    return super.verify(...given)
  }
}

/** All that `openFollowing` composes, over the fake engine. */
function compose(client: FakeServer['client'], prover: BusProver, file: string) {
  const verifier = new Counting(start)
  const clock = () => NOW * 1000
  const publisher = new ProofPublisher({ file, verifyOptions: () => ({ params: regtest, verifier, now: NOW }) })
  const feed = new ChainFeed({ client, params: regtest })
  const keeper = new HistoryKeeper({
    source: feed,
    open: () => History.open(historyStart(regtest), memoryTable(), poseidonSource),
  })
  prover.events.on('checkpoint', ({ context }) => keeper.keep(context.height))
  const follower = new ChainFollower({ feed, proving: { prover, start }, publisher, clock })
  const server = new InProcessServer({ http: { host: '127.0.0.1', port: 0 }, client, publisher, keeper })
  let url = ''
  server.events.on('listening', (listening) => {
    url = listening.url
  })
  const services = together([keeper, publisher, server, follower, feed])
  return { feed, verifier, publisher, keeper, follower, server, services, url: () => url }
}

/** The next event of a name. */
function next<Payloads extends object, Name extends keyof Payloads>(
  events: Events<Payloads>,
  name: Name,
): Promise<Payloads[Name]> {
  return new Promise((resolve) => {
    const off = events.on(name, (event) => {
      off()
      resolve(event)
    })
  })
}

const chainOf = (headers: readonly Header[]) => {
  const chain = new FakeChain()
  const move = (to: readonly Header[]) => {
    chain.headers = [regtest.genesis, ...to]
    chain.known.push(...to)
  }
  move(headers)
  return { chain, move }
}

it('that cannot be composed lets its prover go', async () => {
  const client = new BitcoindClient({ url: 'http://127.0.0.1:9' })
  let closed = 0
  const close = async () => void closed++
  const proving = { prover: { events: { on: () => undefined } }, close } as unknown as OpenProver
  const options = { client, params: regtest, file: 'current.proof', clock: () => 0 }
  const serve = { host: '127.0.0.1', port: 65_536 }
  await expect(followingOf(proving, { ...options, serve } as FollowingOptions)).rejects.toMatchObject({
    code: 'E_OPTIONS',
  })
  expect(closed).toBe(1)
  client.close()
})

describe('following and serving in one process', () => {
  it('proves each block once, verifies each proof once, serves it with its history, through a reorg and a restart', async () => {
    const { chain, move } = chainOf(main.headers.slice(0, 20))
    await using bitcoind = await FakeServer.start(answering((call) => chain.answer(call)))
    const file = join(place.dir, 'current.proof')
    await place.withProver(async (prover) => {
      const { verifier, keeper, follower, services, url } = compose(bitcoind.client, prover, file)
      const served = async (path: string) => await fetch(`${url()}${path}`)
      let proved = next(follower.events, 'proved')
      let kept = next(keeper.events, 'kept')
      await services.start()
      expect((await served('/v1/proof')).status).toBe(503)
      expect((await proved).chain.height).toBe(20)
      for (const to of [main.headers.slice(0, 21), branches[2]!.headers]) {
        await kept
        ;[proved, kept] = [next(follower.events, 'proved'), next(keeper.events, 'kept')]
        move(to)
        const { chain: at, bytes } = await proved
        await kept
        expect(at.height).toBe(to.length)
        expect(new Uint8Array(await readFile(file))).toEqual(bytes)
        expect(new Uint8Array(await (await served('/v1/proof')).arrayBuffer())).toEqual(bytes)
        expect(await (await served('/v1/path/5')).json()).toMatchObject({ tipHeight: to.length })
      }
      expect(verifier.verified).toBe(3)
      await services.stop()
      await expect(served('/v1/proof')).rejects.toThrow()
    })
    // Before any new block the proof from before is served, with the history that belongs to it.
    await place.withProver(async (prover) => {
      const { keeper, services, url } = compose(bitcoind.client, prover, file)
      const kept = next(keeper.events, 'kept')
      await services.start()
      expect(await (await fetch(`${url()}/v1/state`)).json()).toMatchObject({ height: 65 })
      await kept
      expect((await fetch(`${url()}/v1/path/64`)).status).toBe(200)
      await services.stop()
    })
  }, 60_000)

  it('keeps a better proof that lies there, and replaces what is none', async () => {
    const { chain, move } = chainOf(main.headers.slice(0, 12))
    await using bitcoind = await FakeServer.start(answering((call) => chain.answer(call)))
    const file = join(place.dir, 'current.proof')
    await place.withProver(async (prover) => {
      const { publisher, follower, services } = compose(bitcoind.client, prover, file)
      const proved = next(follower.events, 'proved')
      await services.start()
      await proved
      await services.stop()
      expect(publisher.current?.chain.height).toBe(12)
    })
    const held = await readFile(file)
    await place.fresh()
    move(branches[2]!.headers.slice(0, 10))
    await place.withProver(async (prover) => {
      await writeFile(file, held)
      const { publisher, services } = compose(bitcoind.client, prover, file)
      const kept = next(publisher.events, 'kept')
      await services.start()
      expect(await kept).toMatchObject({ held: { height: 12 }, made: { height: 10 } })
      expect(await readFile(file)).toEqual(held)
      await services.stop()
    })
  })

  it('is not stopped by a history that cannot be kept, and tells so once', async () => {
    const { chain, move } = chainOf(main.headers.slice(0, 3))
    await using bitcoind = await FakeServer.start(answering((call) => chain.answer(call)))
    await place.withProver(async (prover) => {
      const { feed, publisher, follower } = compose(bitcoind.client, prover, join(place.dir, 'current.proof'))
      let locked = true
      const keeper = new HistoryKeeper({
        source: feed,
        async open() {
          if (locked) throw new WscError('E_LOCKED', 'an attestation is made from it')
          return await History.open(historyStart(regtest), memoryTable(), poseidonSource)
        },
      })
      prover.events.on('checkpoint', ({ context }) => keeper.keep(context.height))
      const lagging: string[] = []
      keeper.events.on('lagging', ({ message }) => lagging.push(message))
      const services = together([keeper, publisher, follower, feed])
      let proved = next(follower.events, 'proved')
      await services.start()
      await proved
      proved = next(follower.events, 'proved')
      move(main.headers.slice(0, 4))
      await proved
      expect([lagging, keeper.history]).toEqual([['an attestation is made from it'], null])
      locked = false
      const kept = next(keeper.events, 'kept')
      move(main.headers.slice(0, 5))
      expect(await kept).toEqual({ height: 5 })
      await services.stop()
    })
  }, 30_000)

  it('ends when the node comes back on another network, and lets everything go', async () => {
    const { chain } = chainOf(main.headers.slice(0, 2))
    let trouble: 'none' | 'starting' | 'another' = 'none'
    await using bitcoind = await FakeServer.start(
      answering((call) => {
        if (trouble === 'starting') throw new RpcFailure(-28, 'Loading block index…')
        if (trouble === 'another' && call.method === 'getblockhash') return '0'.repeat(64)
        return chain.answer(call)
      }),
    )
    await place.withProver(async (prover) => {
      const { feed, follower, services } = compose(bitcoind.client, prover, join(place.dir, 'current.proof'))
      feed.events.on('unreachable', () => {
        trouble = 'another'
      })
      const proved = next(follower.events, 'proved')
      await services.start()
      await proved
      trouble = 'starting'
      await expect(services.ended()).rejects.toMatchObject({ code: 'E_NODE_WRONG_NETWORK' })
      await expect(services.stop()).rejects.toMatchObject({ code: 'E_NODE_WRONG_NETWORK' })
    })
  }, 30_000)
})
