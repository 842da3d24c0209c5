import { afterEach, beforeEach, expect, test } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { regtest, toDisplay } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { codeOf } from '../bitcoin-io/fake-bitcoind.ts'
import { feedOf } from '../bitcoin-io/feed-of.ts'
import { Replay } from '../bitcoin-io/replay.ts'

let node: RegtestBitcoind
beforeEach(async () => {
  node = await RegtestBitcoind.start()
})
afterEach(() => node.stop())

/** Until the feed has told the node's whole chain, which the events must give exactly. */
async function catchUp(replay: Replay, events: AsyncIterator<BlockEvent>): Promise<void> {
  const headers = await node.client.getHeaders(0, 2000)
  await replay.untilTip(events, headers.at(-1)?.hash)
  expect(replay.display).toEqual(headers.map(({ hash }) => toDisplay(hash)))
}

test('blocks and reorgs are followed as they come', async () => {
  const events = feedOf(node.client, { params: regtest })
  const replay = new Replay()
  await node.mine(25)
  await catchUp(replay, events)
  for (const [depth, count] of [
    [1, 2],
    [3, 4],
    [20, 30],
    [2, 1],
  ] as const) {
    const waiting = replay.until(events, (event) => event.type === 'disconnected')
    await node.reorg(depth, count)
    await waiting
    await catchUp(replay, events)
  }
  const waiting = replay.until(events, (event) => event.type === 'connected')
  const [hash] = await node.mine(1)
  expect(await waiting).toMatchObject({ hash })
})

test('a reorg deeper than the feed remembers', async () => {
  await node.mine(400)
  const events = feedOf(node.client, { keep: 100 })
  const replay = new Replay()
  await catchUp(replay, events)
  await node.reorg(390, 391)
  await catchUp(replay, events)
  expect(replay.types.filter((type) => type === 'disconnected').length).toBe(390)
})

test('a node stopped and started again is followed on', async () => {
  await node.mine(5)
  const events = feedOf(node.client, { params: regtest, backoffMs: 20 })
  const replay = new Replay()
  await catchUp(replay, events)
  const gone = replay.until(events, (event) => event.type === 'unreachable')
  await node.pause()
  await gone
  const back = replay.until(events, (event) => event.type === 'recovered')
  await node.resume()
  await back
  await node.reorg(3, 5)
  await catchUp(replay, events)
})

test('a killed node that lost its blocks is waited for, then followed on its new chain', async () => {
  await node.mine(5)
  const events = feedOf(node.client, { params: regtest, backoffMs: 20 })
  const replay = new Replay()
  await catchUp(replay, events)
  const gone = replay.until(events, (event) => event.type === 'unreachable')
  await node.kill()
  await gone
  await node.resume()
  await node.mine(11 - (await node.client.getBlockCount()))
  await catchUp(replay, events)
  expect(replay.hashes.length).toBe(12)
})

test('where waiting is not allowed the feed polls', async () => {
  const allowed = 'getblockhash,getblockcount,getblockchaininfo,getblockheader,generatetodescriptor'
  await node.restart([`-rpcwhitelist=__cookie__:${allowed}`])
  expect(await codeOf(node.setMockTime(0))).toBe('E_NODE_AUTH')
  const events = feedOf(node.client, { pollMs: 10 })
  const replay = new Replay()
  await catchUp(replay, events)
  const waiting = replay.until(events, (event) => event.type === 'connected')
  await node.mine(3)
  await waiting
  await catchUp(replay, events)
})
