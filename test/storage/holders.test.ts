import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rejection } from '../../src/lib/index.ts'
import { HoldersFile, partitionStatus } from '../../storage/io/index.ts'
import { HolderWatch } from '../../storage/io/replica/holder-watch.ts'
import { holdersKind } from '../../storage/peers/holders-kind.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'
import type { PartitionPeers } from '../../storage/peers/partition-peers.ts'
import { HolderLog } from '../../storage/replica/holder-log.ts'
import { PeerNet } from './peer-net.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-holders-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const signal = new AbortController().signal
const scrubs = { recent: null, cheap: null, full: null }
const nobody = { provide: async () => undefined, leave: async () => undefined, async *find() {} }

/** A provider of partition 0 that only tells: how it stands, and whom it saw. */
async function provider(net: PeerNet, name: string, log = new HolderLog()) {
  const transport = net.transport(name)
  const other = rejection('other-partition', 'not here')
  await transport.answer(holdingsKind, async (partition) =>
    partition === 0
      ? { ok: true, frames: [{ height: 9, used: 4, held: 4, encoded: 0, holes: 0, encoding: null, scrubs }] }
      : other,
  )
  await transport.answer(holdersKind, async () => ({ ok: true, frames: log.seen(0) }))
  const file = new HoldersFile(join(dir, name))
  const failed = (error: Error) => expect.fail(error.message)
  return { log, watch: new HolderWatch({ transport, peers: nobody, partitions: [0], file, log, failed }) }
}

describe('who holds a partition', () => {
  it('is told with since when those are silent that stopped, by others that saw them, as soon as one block passes', async () => {
    const net = new PeerNet()
    const first = await provider(net, 'first')
    for (const name of ['second', 'third']) await provider(net, name)
    for (const height of [100, 101]) await first.watch.atTip(height)
    net.leave('second')
    await first.watch.atTip(102)
    // Who asks met none of them before, and of the one that is gone only by what the first says.
    const asking = { transport: net.transport('reader'), peers: nobody, log: new HolderLog() }
    const told = await partitionStatus(asking, { partition: 0, height: 102 }, signal)
    expect(told.holders.map(({ peer }) => peer)).toEqual(['first', 'third'])
    expect(told.unreached).toEqual([{ peer: 'second', since: 101 }])
    // It comes back.
    await provider(net, 'second')
    const again = await partitionStatus(asking, { partition: 0, height: 103 }, signal)
    expect(again.holders.map(({ peer }) => peer)).toEqual(['first', 'second', 'third'])
    expect(again.unreached).toEqual([])
    // All are gone: what was heard itself is remembered, over restarts too.
    const file = new HoldersFile(join(dir, 'mine'))
    await file.save(asking.log)
    for (const name of ['first', 'second', 'third']) net.leave(name)
    const last = await partitionStatus({ ...asking, log: await file.load() }, { partition: 0, height: 150 }, signal)
    expect(last).toEqual({ holders: [], unreached: ['first', 'second', 'third'].map((peer) => ({ peer, since: 103 })) })
    const other = await partitionStatus({ ...asking, log: await file.load() }, { partition: 1, height: 150 }, signal)
    expect(other).toEqual({ holders: [], unreached: [] })
  })

  it('is not a peer that keeps another partition, nor one seen at a block that is not there yet', async () => {
    const net = new PeerNet()
    const liar = new HolderLog([[0, [{ peer: 'ghost', height: 1_000 }]]])
    await provider(net, 'first', liar)
    const asking = { transport: net.transport('reader'), peers: nobody, log: new HolderLog() }
    const told = await partitionStatus(asking, { partition: 0, height: 20 }, signal)
    expect(told.holders.map(({ peer }) => peer)).toEqual(['first'])
    expect(told.unreached).toEqual([])
    expect(await partitionStatus(asking, { partition: 1, height: 20 }, signal)).toEqual({ holders: [], unreached: [] })
  })

  it('is remembered within limits, the ones that answered last', async () => {
    const log = new HolderLog()
    for (let i = 0; i < 300; i++) log.answered(0, `peer${i}`, 10 + i)
    expect(log.seen(0)).toHaveLength(256)
    expect(log.seen(0)[0]).toEqual({ peer: 'peer299', height: 309 })
    log.answered(0, 'late', 2_000)
    expect(log.seen(0)).toEqual([{ peer: 'late', height: 2_000 }])
    // Of more than the file may hold, what was seen last is read again.
    const name = (i: number) => `${i}`.padStart(52, 'x')
    const large = new HolderLog()
    for (let partition = 0; partition < 400; partition++) {
      for (let i = 0; i < 256; i++) large.answered(partition, name(i), 1_000 + partition)
    }
    const file = new HoldersFile(join(dir, 'large'))
    await file.save(large)
    const again = await file.load()
    expect(again.seen(399)).toEqual(large.seen(399))
    expect(again.seen(0)).toEqual([])
    const path = join(dir, 'damaged')
    await writeFile(path, '{"0":')
    expect((await new HoldersFile(path).load()).entries()).toEqual([])
  })

  it('is told though the DHT cannot be asked, and why it cannot', async () => {
    const net = new PeerNet()
    await provider(net, 'first')
    const broken: PartitionPeers = {
      ...nobody,
      find: () => {
        throw new Error('no route')
      },
    }
    const told: string[] = []
    const asking = { transport: net.transport('reader'), peers: broken, log: new HolderLog() }
    const failed = ({ message }: Error) => told.push(message)
    const status = await partitionStatus({ ...asking, failed }, { partition: 0, height: 9 }, signal)
    expect([status.holders.map(({ peer }) => peer), told]).toEqual([['first'], ['no route']])
  })
})
