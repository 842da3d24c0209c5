import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { networkHash, regtest, signet, toDisplay } from '../../src/bitcoin/index.ts'
import { HeardWins } from '../../storage/io/sampling/heard-wins.ts'
import { WinStore } from '../../storage/io/sampling/win-store.ts'
import { readWinMessage, winGossip } from '../../storage/peers/win-kind.ts'
import { verifyInscribedWin, verifyWin, type WinGround } from '../../storage/sampling/judge-win.ts'
import type { StorageTable } from '../../storage/table/table.ts'
import { addressOf, HostPlace } from '../p2p/host-place.ts'
import { hashOf } from '../storage/judged-wins.ts'
import { alice, bob, wallets } from '../storage/record-scene.ts'
import {
  COUNTED,
  claimOf,
  PARTITION,
  type ProvedWin,
  provedWin,
  providerOf,
  rules,
  type SignedWin,
  sceneTable,
  signedWin,
  wonHashOf,
} from '../support/proved-win.ts'

const place = new HostPlace()
let win: ProvedWin
beforeAll(async () => {
  win = await provedWin()
})
afterAll(() => win.witnesses.close())

/** A chain up to block 21, and a table to which something may have been added. */
function groundOf(add: (table: StorageTable) => void = () => undefined, registered?: number) {
  const table = sceneTable(win.scene, registered)
  add(table)
  return { rules, table, hashAt: (height: number) => (height <= 21 ? wonHashOf(height) : null), height: 21 }
}

/** What is said of a signed record that carries the real proof. */
async function verdict(sketch: SignedWin = {}, ground: WinGround = groundOf()): Promise<string> {
  const verified = await verifyWin(ground, win.engine, signedWin(win.proof, sketch).signed)
  return verified.ok ? 'counts' : verified.reject
}

describe('a win with its proof, judged by a table that was made of blobs alone', () => {
  it('counts, and under nothing else than it was proved for (attacks 8, 9, 11)', async () => {
    expect(groundOf().table.blobs.rootAt(COUNTED)).toEqual(win.scene.tableRoot)
    expect(await verdict()).toBe('counts')
    expect(await verdict({ wallet: bob })).toBe('proof-invalid')
    expect(await verdict({ height: 21 })).toBe('proof-invalid')
    for (const partition of [0, 1]) expect(await verdict({ partition })).toBe('proof-invalid')
    expect(await verdict({ partition: 3 })).toBe('empty-partition')
    expect(await verdict({ number: 1 })).toBe('proof-invalid')
    expect(await verdict({ number: 6 })).toBe('no-such-try')
    expect(await verdict({}, { ...groundOf(), hashAt: (height) => hashOf(height) })).toBe('other-chain')
    for (const other of [{ networkHash: networkHash(signet) }, { threshold: rules.threshold + 1n }]) {
      expect(await verdict({}, { ...groundOf(), rules: { ...rules, ...other } })).toBe('proof-invalid')
    }
  })

  it('is judged by the table of block c − 6, no other (attacks 8, 9)', async () => {
    const [chunk, partition] = [claimOf('01'.repeat(32), 1), claimOf('02'.repeat(32), 1_024)]
    for (const later of [chunk, partition]) {
      // As of c − 6 it is there: what was proved is the table of c − 7. One block later it changes nothing.
      expect(
        await verdict(
          {},
          groundOf((table) => table.apply(COUNTED, [later])),
        ),
      ).toBe('proof-invalid')
      expect(
        await verdict(
          {},
          groundOf((table) => table.apply(COUNTED + 1, [later])),
        ),
      ).toBe('counts')
    }
    expect(groundOf((table) => table.apply(COUNTED, [partition])).table.blobs.fillAt(PARTITION, COUNTED)).toBe(6)
    // The last blob came after c − 6: what was proved is the table of c.
    const [before, last] = [win.scene.leaves.slice(0, -1), win.scene.leaves.at(-1)!]
    const table = sceneTable({ ...win.scene, leaves: before })
    table.apply(COUNTED + 1, [claimOf(last.id, last.count)])
    expect(table.blobs.rootAt(20)).toEqual(win.scene.tableRoot)
    expect(await verdict({}, { ...groundOf(), table })).toBe('proof-invalid')
    // A fork, in which the first blob is another one.
    const leaves = win.scene.leaves.with(0, { ...win.scene.leaves[0]!, id: '03'.repeat(32) })
    expect(await verdict({}, { ...groundOf(), table: sceneTable({ ...win.scene, leaves }) })).toBe('proof-invalid')
  })

  it('is of a key that counts (attacks 10, 11)', async () => {
    expect(await verdict({ wallet: wallets[2]! })).toBe('key-does-not-count')
    expect(await verdict({}, groundOf(undefined, COUNTED))).toBe('counts')
    expect(await verdict({}, groundOf(undefined, COUNTED + 1))).toBe('key-does-not-count')
    expect(
      await verdict(
        {},
        groundOf((table) => table.apply(10, [providerOf(alice, null)])),
      ),
    ).toBe('counts')
    // The signature is of every byte.
    const { bytes } = signedWin(win.proof)
    const at = Buffer.from(bytes).indexOf(win.proof.subarray(0, 64))
    const read = readWinMessage(regtest, bytes.with(at + 7, bytes[at + 7]! ^ 1))
    expect(read).toMatchObject({ ok: false, detail: expect.stringContaining('bad-signature') })
  })
})

/** A host that verifies the wins that it hears of. */
async function judging(bootstrap: readonly string[] = []) {
  const kind = winGossip(regtest, win.engine.info.keyId)
  const host = await place.open({ gossip: [kind], bootstrap })
  const store = await WinStore.open(place.file('wins'), rules.params, win.engine.info.keyId)
  place.closing.push(() => store.close())
  const seen = { proofs: 0, counted: [] as string[], refused: [] as [string, string][], blamed: [] as string[] }
  const ground = groundOf()
  const wins = new HeardWins({
    ...{ store, transport: host, ground: () => ground },
    verifier: {
      verify: (proof, publicValues) => {
        seen.proofs++
        return win.engine.verify(proof, publicValues)
      },
    },
    count: async (win) => {
      seen.counted.push(win.id)
      await store.add(win).written
    },
    refused: ({ reject }, _key, peer) => seen.refused.push([peer, reject]),
  })
  host.events.on('blamed', ({ peer }) => seen.blamed.push(peer))
  const gossip = host.join(kind, (message, from) => wins.verdict(message, from))
  await host.start()
  return { host, gossip, seen }
}

/** A host that passes on whatever it is told. */
async function careless(bootstrap: readonly string[]) {
  const kind = winGossip(regtest, win.engine.info.keyId)
  const host = await place.open({ gossip: [kind], bootstrap })
  const gossip = host.join(kind, async () => 'accept')
  await host.start()
  await expect.poll(() => gossip.listeners().length, { timeout: 20_000 }).toBeGreaterThan(0)
  return { host, gossip }
}

describe('a flood of signed bad proofs over libp2p (attack 27)', { timeout: 60_000 }, () => {
  it('costs one verification; an honest win is verified, counted and passed on after it', async () => {
    const judge = await judging()
    const beyond = await judging([addressOf(judge.host)])
    await expect.poll(() => judge.gossip.listeners().length, { timeout: 20_000 }).toBe(1)
    // Each of Bob's wins is another message; each has a proof that is right, but for Alice.
    const flood = [20, 21].flatMap((height) =>
      [0, 1, 2].map((partition) => signedWin(win.proof, { wallet: bob, height, partition })),
    )
    const liar = await careless([addressOf(judge.host)])
    await Promise.all(flood.slice(0, 3).map((message) => liar.gossip.publish(message)))
    await expect.poll(() => judge.host.isBanned(liar.host.name), { timeout: 20_000 }).toBe(true)
    // From somebody else: who passes on what a key signed after it was cut off is not blamed, and nothing is verified.
    const other = await careless([addressOf(judge.host)])
    for (const message of flood.slice(3)) await other.gossip.publish(message)
    const refusedOf = (peer: string) => judge.seen.refused.flatMap(([from, reject]) => (from === peer ? [reject] : []))
    await expect.poll(() => refusedOf(other.host.name), { timeout: 20_000 }).toEqual(Array(3).fill('cut-off'))
    // The liar's others were not looked at: its key was cut off, or it was banned while they waited.
    const [first, ...rest] = refusedOf(liar.host.name)
    expect(first).toBe('proof-invalid')
    for (const reject of rest) expect(reject).toMatch(/^(cut-off|busy)$/)
    expect(judge.seen).toMatchObject({ proofs: 1, counted: [], blamed: [liar.host.name] })

    const honest = signedWin(win.proof)
    await other.gossip.publish(honest)
    await expect.poll(() => beyond.seen.counted, { timeout: 20_000 }).toEqual([honest.id])
    expect(judge.seen).toMatchObject({ proofs: 2, counted: [honest.id] })
    expect(beyond.seen).toEqual({ proofs: 1, counted: [honest.id], refused: [], blamed: [] })
  })
})

describe('a win and its time, with the real proof', () => {
  /** Who hears, or reads in the chain, as of a tip. */
  async function observer(name: string) {
    const store = await WinStore.open(place.file(name), rules.params, win.engine.info.keyId)
    place.closing.push(() => store.close())
    const scene = { ground: groundOf(), store, refused: [] as string[] }
    const wins = new HeardWins({
      ...{ store, verifier: win.engine, ground: () => scene.ground, count: (win) => store.add(win).written },
      transport: { blame: () => undefined, isBanned: () => false },
      refused: ({ reject }) => scene.refused.push(reject),
    })
    const at = (height: number) => {
      const hashAt = (asked: number) => (asked <= height ? wonHashOf(asked) : null)
      scene.ground = { ...groundOf(), hashAt, height }
    }
    return { ...scene, scene, at, hear: (sketch?: SignedWin) => wins.verdict(signedWin(win.proof, sketch), 'peer') }
  }

  it('is one, however it is written, and whichever try it says second (attack 12)', async () => {
    const { hear, store } = await observer('once')
    expect(await hear()).toBe('accept')
    expect(await hear({ contentType: 'text/plain' })).toBe('ignore')
    expect(await hear({ number: 1 })).toBe('ignore')
    expect(store.log.wins).toHaveLength(1)
  })

  it('is none any more once its key has signed what does not hold; in the chain the first valid one counts (attack 12)', async () => {
    const { hear, store, refused } = await observer('forged')
    expect(await hear({ number: 1 })).toBe('reject')
    expect(await hear()).toBe('ignore')
    expect([store.log.wins, refused]).toEqual([[], ['proof-invalid', 'cut-off']])
    const said = async (sketch: SignedWin) =>
      await verifyInscribedWin(groundOf(), win.engine, signedWin(win.proof, sketch).signed, 21)
    expect(await said({ number: 1 })).toMatchObject({ reject: 'proof-invalid' })
    expect(await said({})).toMatchObject({ ok: true })
  })

  it.each([
    [20, 'accept'],
    [21, 'accept'],
    [22, 'ignore'],
  ])('is told in time at height 21 and not after: %i, %s (attack 13)', async (height, verdict) => {
    const { at, hear, refused } = await observer(`at ${height}`)
    at(height)
    expect(await hear()).toBe(verdict)
    expect(refused).toEqual(verdict === 'accept' ? [] : ['late'])
  })

  it('is inscribed in time in the three blocks after its own (attack 13)', async () => {
    const ground = { ...groundOf(), hashAt: wonHashOf }
    const at = async (height: number) => {
      const found = await verifyInscribedWin(ground, win.engine, signedWin(win.proof).signed, height)
      return found.ok ? 'counts' : found.reject
    }
    expect(await Promise.all([20, 21, 23, 24].map(at))).toEqual(['late', 'counts', 'counts', 'late'])
  })

  it('is gone with its block, and counts again when that is back (attacks 13, 17)', async () => {
    const { scene, at, hear, store } = await observer('reorg')
    expect(await hear()).toBe('accept')
    const shown = (height: number) => toDisplay(wonHashOf(height))
    await store.moveTo(21, (height) => toDisplay(hashOf(height)), 20)
    expect(store.log.wins).toEqual([])
    scene.ground = { ...groundOf(), hashAt: (height) => (height <= 21 ? hashOf(height) : null) }
    expect(await hear()).toBe('ignore')
    expect(scene.refused).toEqual(['other-chain'])
    at(21)
    await store.moveTo(21, shown, 20)
    expect(await hear()).toBe('accept')
    expect(store.log.wins).toHaveLength(1)
  })
})
