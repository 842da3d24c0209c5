import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault, PeerName } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { HeardWins } from '../../storage/io/sampling/heard-wins.ts'
import { WinStore } from '../../storage/io/sampling/win-store.ts'
import type { SeenWin } from '../../storage/sampling/win-log.ts'
import {
  groundOf,
  hashOf,
  hashProofs,
  params,
  proofOf,
  shownHashOf,
  type WinSketch,
  winMessage,
} from './judged-wins.ts'
import { alice, bob, wallets } from './record-scene.ts'

let folder = ''
let store: WinStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-wins-'))
  store = await WinStore.open(join(folder, 'wins'), params, 'key')
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const forged = () => new Uint8Array(32)

/** A listener whose chain is at some height, and what it does. */
function listener(height: number, verifier: Pick<ProofVerifier, 'verify'> = hashProofs) {
  const scene = {
    ground: groundOf(height) as ReturnType<typeof groundOf> | null,
    blamed: [] as [PeerName, Fault][],
    refused: [] as string[],
    counted: [] as SeenWin[],
    banned: new Set<PeerName>(),
  }
  const wins = new HeardWins({
    store,
    verifier,
    transport: {
      blame: (peer, fault) => {
        scene.blamed.push([peer, fault])
        scene.banned.add(peer)
      },
      isBanned: (peer) => scene.banned.has(peer),
    },
    ground: () => scene.ground,
    count: async (win) => {
      scene.counted.push(win)
      await store.add(win).written
    },
    refused: ({ reject }) => scene.refused.push(reject),
  })
  const hear = (sketch: WinSketch, from = 'peer') => wins.verdict(winMessage(sketch), from)
  return { ...scene, scene, wins, hear }
}

/** A verifier that waits until it is let go. */
function slowVerifier() {
  const waiting: (() => void)[] = []
  let calls = 0
  return {
    waiting,
    get calls() {
      return calls
    },
    verify: async (...given: Parameters<ProofVerifier['verify']>) => {
      calls++
      await new Promise<void>((resolve) => waiting.push(resolve))
      return await hashProofs.verify(...given)
    },
  }
}

describe('a win that is heard of', () => {
  it('is passed on and counted once it is verified', async () => {
    const { hear, counted, blamed } = listener(21)
    expect(await hear({ height: 20 })).toBe('accept')
    const id = winMessage({ height: 20 }).id
    const win = { id, key: bytesToHex(alice.publicKey), partition: 0, height: 20, blockHash: shownHashOf(20) }
    expect(counted).toEqual([{ ...win, heard: true, inscribed: null }])
    expect(blamed).toEqual([])
  })

  it('counts once of a key, partition and block, however it is written (attack 12)', async () => {
    const { hear, counted } = listener(21)
    expect(await hear({ height: 20, number: 1 })).toBe('accept')
    expect(await hear({ height: 20, number: 2 })).toBe('ignore')
    expect(await hear({ height: 20, number: 1, contentType: 'text/plain' })).toBe('ignore')
    expect(await hear({ height: 20, wallet: bob })).toBe('accept')
    expect(await hear({ height: 21 })).toBe('accept')
    expect(counted).toHaveLength(3)
  })

  it('is two at the same time: one counts (attack 12)', async () => {
    const slow = slowVerifier()
    const { hear, counted } = listener(21, slow)
    const both = Promise.all([hear({ height: 20, number: 1 }), hear({ height: 20, number: 2 }, 'other')])
    await expect.poll(() => slow.waiting.length).toBe(1)
    slow.waiting.shift()?.()
    expect((await both).sort()).toEqual(['accept', 'ignore'])
    expect(counted).toHaveLength(1)
    expect(slow.calls).toBe(1)
  })

  it.each([
    [20, 'accept', null],
    [21, 'accept', null],
    [22, 'ignore', 'late'],
    [23, 'ignore', 'late'],
  ])('of block 20 at height %i: %s (attack 13)', async (height, verdict, reject) => {
    const { hear, refused, blamed } = listener(height)
    expect(await hear({ height: 20 })).toBe(verdict)
    expect(refused).toEqual(reject === null ? [] : [reject])
    expect(blamed).toEqual([])
  })

  it('is in time by when it came, not by when it is verified', async () => {
    const slow = slowVerifier()
    const { hear, scene } = listener(21, slow)
    const heard = hear({ height: 20 })
    await expect.poll(() => slow.waiting.length).toBe(1)
    scene.ground = groundOf(25)
    slow.waiting.shift()?.()
    expect(await heard).toBe('accept')
  })

  it('of the block to come waits for it, and so does what comes while the chain moves', async () => {
    for (const before of [groundOf(19), null]) {
      const { hear, scene, wins, counted } = listener(19)
      scene.ground = before
      const heard = hear({ height: 20, wallet: before === null ? alice : bob })
      scene.ground = groundOf(20)
      wins.moved()
      expect(await heard).toBe('accept')
      expect(counted).toHaveLength(1)
    }
  })

  it('is judged by what it had to prove when it came, wherever chain and table are when its turn comes', async () => {
    for (const later of [null, groundOf(22)]) {
      const slow = slowVerifier()
      const { hear, scene, counted } = listener(21, slow)
      const wallet = later === null ? alice : bob
      const heard = hear({ height: 20, wallet })
      await expect.poll(() => slow.waiting.length).toBe(1)
      scene.ground = later
      slow.waiting.shift()?.()
      expect(await heard).toBe('accept')
      expect(counted).toHaveLength(1)
    }
  })

  it('of a block that left the chain before it was verified is not counted', async () => {
    const slow = slowVerifier()
    const { hear, scene, counted, refused } = listener(21, slow)
    const heard = hear({ height: 20 })
    await expect.poll(() => slow.waiting.length).toBe(1)
    scene.ground = groundOf(21, undefined, (height) => (height >= 20 ? 'fork' : ''))
    slow.waiting.shift()?.()
    expect(await heard).toBe('ignore')
    expect([counted, refused]).toEqual([[], ['other-chain']])
  })

  it('of the block to come waits once of a key and partition: other hashes of it keep nobody else from waiting', async () => {
    const { hear, scene, wins, counted, refused } = listener(19)
    const flood = Array.from({ length: 300 }, (_, i) =>
      hear({ height: 20, wallet: bob, blockHash: hashOf(i, 'none') }, `peer ${i}`),
    )
    const honest = hear({ height: 20 })
    scene.ground = groundOf(20)
    wins.moved()
    expect(await honest).toBe('accept')
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['ignore']))
    expect(refused.filter((reject) => reject === 'busy')).toHaveLength(299)
    expect(counted).toHaveLength(1)
  })

  it('waits no longer than anybody listens', async () => {
    const { hear, scene, wins, refused } = listener(19)
    scene.ground = null
    const heard = hear({ height: 20 })
    wins.end()
    expect(await heard).toBe('ignore')
    expect(refused).toEqual(['busy'])
  })

  it('of a block that is not to come yet, or of a fork, is passed over', async () => {
    const { hear, refused, blamed } = listener(19)
    expect(await hear({ height: 21 })).toBe('ignore')
    expect(await hear({ height: 19, blockHash: winMessage({ height: 18 }).claim.blockHash })).toBe('ignore')
    expect(refused).toEqual(['unknown-challenge', 'other-chain'])
    expect(blamed).toEqual([])
  })

  it.each([
    ['no-such-try', { number: 8 }],
    ['empty-partition', { partition: 1 }],
    ['key-does-not-count', { wallet: wallets[2]! }],
    ['proof-invalid', { proof: forged }],
    ['proof-malformed', { proof: () => Uint8Array.of(1) }],
    ['proof-invalid', { wallet: bob, proof: (values: Uint8Array) => proofOf(values.slice(0, 32)) }],
  ])('that no honest peer passes on is held against who did: %s', async (reject, sketch) => {
    const { hear, refused, blamed } = listener(21)
    expect(await hear({ height: 20, ...sketch })).toBe('reject')
    expect(refused).toEqual([reject])
    expect(blamed).toEqual([['peer', 'lie']])
  })
})

describe('a flood of signed bad proofs (attack 27)', () => {
  it('is cut off after the first, from whomever it comes, and over restarts', async () => {
    const slow = slowVerifier()
    const { hear, scene } = listener(21, slow)
    const flood = Array.from({ length: 40 }, (_, number) => {
      return hear({ height: 20 + (number % 2), number: number % 8, proof: forged, wallet: alice }, `peer ${number}`)
    })
    const honest = hear({ height: 20, wallet: bob }, 'honest')
    const letGo = setInterval(() => slow.waiting.shift()?.(), 1)
    const verdicts = await Promise.all(flood)
    expect(await honest).toBe('accept')
    expect(verdicts.filter((verdict) => verdict === 'reject')).toHaveLength(1)
    expect(scene.blamed).toHaveLength(1)
    // One of the flood's, and the honest one.
    expect(slow.calls).toBe(2)
    expect(await hear({ height: 20 })).toBe('ignore')
    expect(scene.refused.at(-1)).toBe('cut-off')

    await store.close()
    store = await WinStore.open(join(folder, 'wins'), params, 'key')
    const later = listener(21, slow)
    expect(await later.hear({ height: 20 })).toBe('ignore')
    await store.moveTo(1_027, () => null, 0)
    expect(store.isCut(bytesToHex(alice.publicKey))).toBe(true)
    await store.moveTo(1_028, () => null, 0)
    expect(store.isCut(bytesToHex(alice.publicKey))).toBe(false)
    clearInterval(letGo)
    expect(slow.calls).toBe(2)
  })
})
