import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BlockHash, regtest, type Transaction, toDisplay } from '../../src/bitcoin/index.ts'
import type { GossipJudge, GossipVerdict, PeerTransport } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { WinWatch } from '../../storage/io/sampling/win-watch.ts'
import { type WinMessage, winGossip } from '../../storage/peers/win-kind.ts'
import { nextOf } from '../p2p/host-place.ts'
import { hashProofs, params, rules, type WinSketch, winEnvelope, winMessage } from './judged-wins.ts'
import { alice, blobOf, blobReveal, bob, peers, providerReveal, revealOf } from './record-scene.ts'
import { TestChain, tableOver } from './table-scene.ts'

let folder = ''
const closing: (() => Promise<void>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-watch-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await rm(folder, { recursive: true, force: true })
})

/** One that listens to a chain in memory, on which Alice and Bob provide, and to a peer. */
async function watching(chain = new TestChain()) {
  if (chain.blocks.length === 0) {
    chain.add()
    chain.add(providerReveal(params, 1), providerReveal(params, 1, peers[1], bob))
    chain.add(blobReveal(blobOf(1n)))
    for (let height = 3; height <= 9; height++) chain.add()
  }
  const over = await tableOver(folder, chain, params)
  /** For what the next proof's verification waits. */
  let held: Promise<void> | undefined
  let judge: GossipJudge<WinMessage> = async () => 'ignore'
  const told: WinMessage[] = []
  let listeners = ['peer']
  const transport = {
    join: (_: unknown, given: GossipJudge<WinMessage>) => {
      judge = given
      const publish = async (message: WinMessage) => void told.push(message)
      return { publish, listeners: () => listeners, leave: () => undefined }
    },
    blame: () => undefined,
    isBanned: () => false,
  }
  const watch = new WinWatch({
    ...{ table: over.table, inscriptions: over.inscriptions, client: chain.client as never, rules, folder },
    feed: {
      headers: async (from, count) =>
        chain.blocks.slice(from, from + count).map(({ hash }, i) => ({ height: from + i, hash })),
    },
    transport: transport as unknown as PeerTransport,
    gossip: winGossip(regtest, '00'.repeat(32)),
    verifier: {
      ...hashProofs,
      verify: async (...given) => {
        const waiting = held
        held = undefined
        await waiting
        return await hashProofs.verify(...given)
      },
    },
  })
  const failures: Error[] = []
  let inscribed = 0
  watch.events.on('failed', (error) => failures.push(error))
  const scene = {
    ...{ chain, over, watch, told, failures },
    hold(until: Promise<void>) {
      held = until
    },
    /** Once all is as of the tip. */
    async tip() {
      const wanted = toDisplay((chain.blocks.at(-1) as { hash: BlockHash }).hash)
      const there = nextOf(watch.events, 'tip', ({ hash }) => toDisplay(hash) === wanted)
      // Records are judged beside: a look that began at an earlier tip may end before.
      const looked = there.then(() =>
        nextOf(watch.events, 'looked', ({ height }) => height === chain.blocks.length - 1),
      )
      await over.tip()
      await Promise.all([there, looked])
    },
    async add(...transactions: Transaction[]) {
      chain.add(...transactions)
      await scene.tip()
    },
    /** Blocks without records. */
    async pass(count: number) {
      for (let i = 0; i < count; i++) await scene.add()
    },
    hear: (sketch: WinSketch): Promise<GossipVerdict> => judge(scene.message(sketch), 'peer'),
    message: (sketch: WinSketch) => winMessage(scene.at(sketch), over.table.table),
    // Each pays another amount: what differs in its witness alone has one txid.
    inscription: (sketch: WinSketch) =>
      revealOf([[winEnvelope(scene.at(sketch), over.table.table)]], [[alice.script, BigInt(1_000 + ++inscribed)]]),
    at: (sketch: WinSketch): WinSketch => ({
      blockHash: (chain.blocks[sketch.height] as { hash: BlockHash }).hash,
      ...sketch,
    }),
    get wins() {
      return watch.store.log.wins.map(({ key, height, heard, inscribed }) => {
        return { by: key === bytesToHex(alice.publicKey) ? 'alice' : 'bob', height, heard, inscribed }
      })
    },
    hearing(peers: readonly string[]) {
      listeners = [...peers]
    },
    async end() {
      await watch.stop()
      await over.stop()
    },
  }
  closing.push(() => scene.end())
  await watch.start()
  await scene.tip()
  return scene
}

describe('who listens', () => {
  it('counts what is heard in time, at the blocks at which it listened', async () => {
    const scene = await watching()
    await scene.pass(1)
    expect(await scene.hear({ height: 10 })).toBe('accept')
    await scene.pass(1)
    expect(await scene.hear({ height: 10, wallet: bob })).toBe('accept')
    expect(await scene.hear({ height: 11, wallet: bob })).toBe('accept')
    await scene.pass(1)
    expect(await scene.hear({ height: 10, number: 0, contentType: 'text/plain' })).toBe('ignore')
    expect(scene.wins).toHaveLength(3)
    expect(scene.watch.store.log.ticks).toEqual([10])
    scene.hearing([])
    await scene.pass(2)
    scene.hearing(['peer'])
    await scene.pass(3)
    // Who comes and goes chooses no blocks.
    expect(scene.watch.store.log.ticks).toEqual([10, 11, 12, 13, 14, 15])
    expect(scene.failures).toEqual([])
  })

  it('tells of a win of its own, and counts it', async () => {
    const scene = await watching()
    await scene.pass(1)
    const message = scene.message({ height: 10 })
    await scene.watch.tell(message)
    expect(scene.told).toEqual([message])
    expect(scene.wins).toEqual([{ by: 'alice', height: 10, heard: true, inscribed: null }])
    expect(await scene.hear({ height: 10 })).toBe('ignore')
  })

  it('tells of a win once, however it hears of it, and although it cannot be written', async () => {
    const scene = await watching()
    const events: (readonly [height: number, heard: boolean, inscribed: number | null])[] = []
    scene.watch.events.on('win', ({ height, heard, inscribed }) => events.push([height, heard, inscribed]))
    await scene.pass(1)
    await scene.add(scene.inscription({ height: 10 }))
    expect(await scene.hear({ height: 10 })).toBe('accept')
    await scene.watch.tell(scene.message({ height: 10 }))
    expect(events).toEqual([[10, false, 11]])
    expect(scene.wins).toEqual([{ by: 'alice', height: 10, heard: true, inscribed: 11 }])

    const { store } = scene.watch
    const add = store.add.bind(store)
    store.add = (win) => {
      const { written, ...counted } = add(win)
      return { ...counted, written: written.then(() => Promise.reject(new Error('no space'))) }
    }
    expect(await scene.hear({ height: 11, wallet: bob })).toBe('accept')
    await scene.watch.tell(scene.message({ height: 11 }))
    expect(events.slice(1)).toEqual([
      [11, true, null],
      [11, true, null],
    ])
    expect(scene.told.at(-1)?.claim.height).toBe(11)
    expect(scene.failures.map(({ message }) => message)).toEqual(['no space', 'no space'])
  })

  it('goes on after a restart with what it knew; what was there before, or came too late, it has not listened at', async () => {
    const chain = new TestChain()
    const before = await watching(chain)
    await before.pass(1)
    await before.hear({ height: 10 })
    await before.pass(3)
    await before.end()
    closing.pop()
    const scene = await watching(chain)
    expect([scene.wins.length, scene.watch.store.log.ticks]).toEqual([1, [10, 11]])
    for (let i = 0; i < 5; i++) chain.add()
    await scene.tip()
    await scene.pass(3)
    expect(scene.watch.store.log.ticks).toEqual([10, 11, 17, 18, 19])
  })
})

describe('a win in the chain', () => {
  it.each([
    [11, true],
    [12, true],
    [13, true],
    [14, false],
  ])('of block 10 in block %i counts: %s (attack 13)', async (height, counts) => {
    const scene = await watching()
    await scene.pass(height - 10)
    await scene.add(scene.inscription({ height: 10 }))
    expect(scene.chain.blocks).toHaveLength(height + 1)
    await scene.pass(1)
    expect(scene.wins).toEqual(counts ? [{ by: 'alice', height: 10, heard: false, inscribed: height }] : [])
    expect(scene.failures).toEqual([])
  })

  it('is the first valid one of its author and program, in whatever order they confirm (attacks 12, 17)', async () => {
    const scene = await watching()
    await scene.pass(1)
    const of = (sketch: Omit<WinSketch, 'height'>) => scene.inscription({ height: 10, ...sketch })
    await scene.add(
      of({ proof: () => new Uint8Array(32) }),
      of({ wallet: bob }),
      of({ wallet: bob, contentType: 'text/plain' }),
    )
    await scene.pass(1)
    expect(scene.wins).toEqual([{ by: 'bob', height: 10, heard: false, inscribed: 11 }])
    await scene.add(of({}), of({ wallet: bob, number: 0 }))
    await scene.pass(1)
    expect(scene.wins).toEqual([
      { by: 'bob', height: 10, heard: false, inscribed: 11 },
      { by: 'alice', height: 10, heard: false, inscribed: 13 },
    ])
    // That it was signed wrongly first costs nothing in the chain: it was paid for.
    expect(scene.failures).toEqual([])
  })

  it('is judged beside what follows the chain: while proofs are verified, blocks are told and wins are heard', async () => {
    const scene = await watching()
    await scene.pass(1)
    const verify = Promise.withResolvers<void>()
    scene.hold(verify.promise)
    const tips: number[] = []
    scene.watch.events.on('tip', ({ height }) => tips.push(height))
    scene.chain.add(scene.inscription({ height: 10 }))
    await scene.over.tip()
    while (tips.at(-1) !== 11) await nextOf(scene.watch.events, 'tip')
    const next = nextOf(scene.watch.events, 'tip', ({ height }) => height === 12)
    scene.chain.add()
    await scene.over.tip()
    await next
    expect(scene.wins).toEqual([])
    expect(await scene.hear({ height: 11, wallet: bob })).toBe('accept')
    const counted = nextOf(scene.watch.events, 'looked', ({ height }) => height === 12)
    verify.resolve()
    await counted
    expect(scene.wins.find(({ by }) => by === 'alice')).toMatchObject({ height: 10, inscribed: 11 })
  })

  it('counts no more once its block, or that of its challenge, has left the chain (attacks 13, 17)', async () => {
    const scene = await watching()
    await scene.pass(1)
    const inscription = scene.inscription({ height: 10 })
    await scene.add(inscription)
    await scene.pass(1)
    await scene.hear({ height: 11, wallet: bob })
    expect(scene.wins).toHaveLength(2)
    // Its record confirms again in another block, later.
    scene.chain.drop(2)
    scene.chain.add(blobReveal(blobOf(7n)))
    await scene.add()
    await scene.pass(1)
    expect(scene.wins).toEqual([])
    await scene.add()
    scene.chain.drop(2)
    await scene.add(inscription)
    await scene.pass(1)
    expect(scene.wins).toEqual([{ by: 'alice', height: 10, heard: false, inscribed: 13 }])
    // Its challenge is another block now.
    scene.chain.drop(scene.chain.blocks.length - 10)
    scene.chain.add(blobReveal(blobOf(9n)))
    for (let i = 0; i < 5; i++) scene.chain.add()
    await scene.tip()
    await scene.pass(1)
    expect(scene.wins).toEqual([])
    expect(scene.failures).toEqual([])
  })
})
