import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BlockHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { encodeField, type PeerTransport } from '../../src/bus/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { SamplingService } from '../../storage/io/sampling/sampling-service.ts'
import { type WinMessage, winGossip } from '../../storage/peers/win-kind.ts'
import { winPublicValues } from '../../storage/sampling/win-statement.ts'
import { hashProofs, params, proofOf, rules } from './judged-wins.ts'
import { kernel } from './kernels.ts'
import { alice, blobOf, blobReveal, providerReveal } from './record-scene.ts'
import { TestChain, tableOver } from './table-scene.ts'

let folder = ''
const closing: (() => Promise<void>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-sampling-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await rm(folder, { recursive: true, force: true })
})

/** Alice samples a chain in memory whose every try wins; its tip is block 10. Proofs are hashes, made when they may be. */
async function sampling(budget?: bigint) {
  const chain = new TestChain()
  chain.add()
  chain.add(providerReveal(params, 1))
  chain.add(blobReveal(blobOf(1n)))
  for (let height = 3; height <= 10; height++) chain.add()
  const over = await tableOver(folder, chain, params)
  const [published, inscribed]: [WinMessage[], number[]] = [[], []]
  const held = { verify: null as PromiseWithResolvers<void> | null, begun: Promise.withResolvers<void>() }
  const inscriber = {
    quote: async () => ({ feeRate: 1, fees: 1_000n, postage: 330n }),
    inscribe: async (envelopes: readonly Uint8Array[]) => inscribed.push(envelopes.length),
  }
  const service = new SamplingService(
    {
      ...{ table: over.table, inscriptions: over.inscriptions, client: chain.client as never, folder, kernel },
      ...{ wallet: alice, partitions: [0], keys: {} as never, rules: { ...rules, threshold: 1n << 128n } },
      units: () => ({ encodedUnit: async () => encodeField(Array(256).fill(7n)), provedEncodedUnit: async () => null }),
      feed: {
        headers: async (from, count) =>
          chain.blocks.slice(from, from + count).map(({ hash }, i) => ({ height: from + i, hash })),
      },
      transport: {
        join: () => ({
          publish: async (message: WinMessage) => void published.push(message),
          listeners: () => ['peer'],
          leave: () => undefined,
        }),
        blame: () => undefined,
        isBanned: () => false,
      } as unknown as PeerTransport,
      gossip: winGossip(regtest, '00'.repeat(32)),
      verifier: {
        ...hashProofs,
        verify: async (...given) => {
          held.begun.resolve()
          await held.verify?.promise
          return await hashProofs.verify(...given)
        },
      },
      ...(budget !== undefined && { inscribing: { budget, inscriber: inscriber as never } }),
    },
    openMask(),
    { prove: async ({ statement }) => proofOf(winPublicValues(statement)), close: async () => undefined },
  )
  const ends: [height: number, state: string][] = []
  const failures: Error[] = []
  service.events.on('sampled', ({ height, end }) => ends.push([height, end.state]))
  service.events.on('failed', (error) => failures.push(error))
  closing.push(async () => {
    held.verify?.resolve()
    await service.stop()
    await over.stop()
  })
  const scene = {
    ...{ chain, ends, failures, published, inscribed, held },
    shown: () => published.map(({ claim }) => [claim.height, toDisplay(claim.blockHash)]),
    hash: (height: number) => toDisplay((chain.blocks[height] as { hash: BlockHash }).hash),
    async add(count = 1) {
      for (let i = 0; i < count; i++) chain.add()
      await over.tip()
    },
    async ended(height: number) {
      await expect.poll(() => ends.filter(([at]) => at === height).length, { timeout: 20_000 }).toBeGreaterThan(0)
    },
    /** What follows is verified when it is let go. */
    hold() {
      held.verify = Promise.withResolvers<void>()
      held.begun = Promise.withResolvers<void>()
      return { begun: held.begun.promise, letGo: held.verify.resolve }
    },
    tip: () => over.tip(),
  }
  await service.start()
  await over.tip()
  for (const height of budget === undefined ? [10, 9] : [10, 9, 8]) await scene.ended(height)
  return scene
}

describe('a win of one’s own', { timeout: 60_000 }, () => {
  it('is told in time, and inscribed for as long as the budget lasts', async () => {
    const scene = await sampling(3_000n)
    expect(scene.ends).toContainEqual([10, 'won'])
    await scene.add()
    await scene.ended(11)
    expect(scene.shown()).toContainEqual([11, scene.hash(11)])
    // Blocks 8 to 10 and 11 were won, and two could be paid for.
    expect(scene.inscribed).toHaveLength(2)
    expect(scene.failures).toEqual([])
  })

  it('whose block leaves the chain while its proof is verified is neither told nor paid for', async () => {
    const scene = await sampling(1_000_000n)
    const [published, paid] = [scene.published.length, scene.inscribed.length]
    const { begun, letGo } = scene.hold()
    await scene.add()
    await begun
    const orphan = scene.hash(11)
    scene.chain.drop(1)
    scene.chain.add(blobReveal(blobOf(9n)))
    await scene.tip()
    letGo()
    await expect.poll(() => scene.ends.filter(([height]) => height === 11).length, { timeout: 20_000 }).toBe(2)
    expect(scene.ends.filter(([height]) => height === 11)).toEqual([
      [11, 'left-chain'],
      [11, 'won'],
    ])
    expect(scene.shown().slice(published)).toEqual([[11, scene.hash(11)]])
    expect(scene.shown()).not.toContainEqual([11, orphan])
    expect(scene.inscribed).toHaveLength(paid + 1)
  })

  it('that is verified too late is neither told nor paid for', async () => {
    const scene = await sampling(1_000_000n)
    const [published, paid] = [scene.published.length, scene.inscribed.length]
    const { begun, letGo } = scene.hold()
    await scene.add()
    await begun
    await scene.add(3)
    letGo()
    await scene.ended(11)
    expect(scene.ends).toContainEqual([11, 'proved-late'])
    for (const height of [12, 13, 14]) await scene.ended(height)
    expect(
      scene
        .shown()
        .slice(published)
        .map(([height]) => height),
    ).not.toContain(11)
    expect(scene.inscribed).toHaveLength(paid + 3)
  })
})
