import { expect, it } from 'vitest'
import { type BlockHash, toDisplay } from '../../../src/bitcoin/index.ts'
import type { ChainFeed, Tip } from '../../../src/bitcoin/io/index.ts'
import type { History } from '../../../src/bus/io/index.ts'
import { OwnChain } from '../../../src/compute/io/service/own-chain.ts'
import { Emitter } from '../../../src/lib/index.ts'
import type { IndexEvents } from '../../../src/settlement/io/index.ts'
import { hashOf } from './compute-scene.ts'

/** A chain of which the feed and the history know all at once, and the index what it is told. */
function place() {
  let tip: Tip = { height: 0, hash: hashOf(0) }
  let news = Promise.withResolvers<void>()
  const feed = {
    tip: async () => tip,
    async *subscribe() {
      for (;;) {
        await news.promise
        news = Promise.withResolvers()
        yield { type: 'tip' as const, ...tip }
      }
    },
  }
  let branch = 0
  const history = {
    ...{ start: { height: 0 }, rewrites: 0 },
    sync: async () => undefined,
    hashAt: async (height: number): Promise<BlockHash> => hashOf(height, branch),
    commitment: async (height: number) => BigInt(height),
  }
  const events = new Emitter<Pick<IndexEvents, 'tip'>>()
  const index: { tip: Tip | null; hashAt(height: number): Promise<string | null> } = {
    tip: null,
    hashAt: async (height) => (height === index.tip?.height ? toDisplay(index.tip.hash) : null),
  }
  return {
    chain: new OwnChain(feed as unknown as ChainFeed, history as unknown as History, { index: index as never, events }),
    move(height: number, to = 0): void {
      branch = to
      tip = { height, hash: hashOf(height, to) }
      news.resolve()
    },
    take(): void {
      index.tip = tip
      events.emit('tip', tip)
    },
  }
}

it('is where its index of inscriptions is: what comes before waits as for a block to come', async () => {
  const { chain, move, take } = place()
  const following = chain.follow(new AbortController().signal)
  const first = following.next()
  take()
  expect(await first).toMatchObject({ value: { height: 0 } })
  const second = following.next()
  move(1)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect([chain.height, await chain.at(1)]).toEqual([0, null])
  take()
  expect(await second).toMatchObject({ value: { height: 1 } })
  expect(await chain.at(1)).toMatchObject({ height: 1 })
})

it('waits for no block that has left the chain', async () => {
  const { chain, move, take } = place()
  take()
  const following = chain.follow(new AbortController().signal)
  expect(await following.next()).toMatchObject({ value: { height: 0 } })
  const next = following.next()
  move(3)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(chain.height).toBe(0)
  move(2, 1)
  take()
  expect(await next).toMatchObject({ value: { height: 2, hash: hashOf(2, 1) } })
})
