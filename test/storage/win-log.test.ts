import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type BlockHash, sameHash } from '../../src/bitcoin/index.ts'
import { WinStore } from '../../storage/io/sampling/win-store.ts'
import { ChainWindow } from '../../storage/sampling/chain-window.ts'
import { observePartition } from '../../storage/sampling/observation.ts'
import { OpenTicks } from '../../storage/sampling/open-ticks.ts'
import { winProbability } from '../../storage/sampling/threshold.ts'
import { type SeenWin, WinLog } from '../../storage/sampling/win-log.ts'
import { hashOf, params, rules, shownHashOf } from './judged-wins.ts'

const seen = (height: number, more: Partial<SeenWin> = {}): SeenWin => {
  const id = `${more.key ?? ''}${height}`.slice(-64).padStart(64, '0')
  return { id, key: 'a1', partition: 0, height, blockHash: shownHashOf(height), heard: true, inscribed: null, ...more }
}

describe('a log of wins', () => {
  it('knows of each win once, heard of and inscribed', () => {
    const log = new WinLog()
    expect(log.add(seen(5, { heard: false, inscribed: 7 }))).toMatchObject({ heard: false, inscribed: 7 })
    expect(log.add(seen(5))).toMatchObject({ heard: true, inscribed: 7 })
    expect(log.add(seen(5, { heard: false, inscribed: 8 }))).toMatchObject({ heard: true, inscribed: 7 })
    expect(log.wins).toHaveLength(1)
  })

  it('lets go of what is over a week of blocks ago', () => {
    const log = new WinLog(
      [seen(10), seen(11)],
      [10, 11].map((height) => ({ height, blockHash: shownHashOf(height) })),
    )
    const { gone, ticks } = log.moveTo(1_018, shownHashOf, 1_018)
    expect(gone.map(({ height }) => height)).toEqual([10])
    expect(ticks.map(({ height }) => height)).toEqual([10])
    expect([log.wins.length, log.ticks]).toEqual([1, [11]])
  })

  it('loses the wins and ticks of a block that left the chain (attack 13)', () => {
    const log = new WinLog(
      [seen(10), seen(20)],
      [10, 20].map((height) => ({ height, blockHash: shownHashOf(height) })),
    )
    log.moveTo(25, (height) => shownHashOf(height, height >= 20 ? 'fork' : ''), 20)
    expect(log.wins.map(({ height }) => height)).toEqual([10])
    expect(log.ticks).toEqual([10])
  })

  it('no longer takes a record’s word whose block left the chain', () => {
    const heard = seen(10, { inscribed: 12 })
    const unheard = seen(10, { key: 'b2', heard: false, inscribed: 12 })
    const log = new WinLog([heard, unheard])
    const { gone, changed } = log.moveTo(14, (height) => shownHashOf(height, height >= 12 ? 'fork' : ''), 12)
    expect(gone).toEqual([unheard])
    expect(changed).toEqual([{ ...heard, inscribed: null }])
    // The record confirms again, in another block.
    expect(log.add(seen(10, { key: 'b2', heard: false, inscribed: 13 }))).toMatchObject({ inscribed: 13 })
  })

  it('is on the disk as it is in memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wsc-win-log-'))
    const open = (keyId = 'key') => WinStore.open(join(folder, 'wins'), params, keyId)
    const hex = (text: string) => text.padStart(64, '0')
    let store = await open()
    await store.add(seen(10, { key: hex('1') }))
    await store.add(seen(20, { key: hex('2'), heard: false, inscribed: 21 }))
    await store.add(seen(21, { key: hex('3'), inscribed: 22 }))
    for (const height of [10, 20]) await store.listened({ height, blockHash: shownHashOf(height) })
    await store.moveTo(22, (height) => shownHashOf(height, height >= 21 ? 'fork' : ''), 21)
    const [wins, ticks] = [store.log.wins, store.log.ticks]
    expect([wins.length, ticks]).toEqual([1, [10, 20]])
    await store.close()
    store = await open()
    expect([store.log.wins, store.log.ticks]).toEqual([wins, ticks])
    await store.close()
    // Verified by another key, they say nothing of this one's.
    store = await open('another')
    expect([store.log.wins, store.log.ticks]).toEqual([[], []])
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
})

describe('the blocks at which one listened', () => {
  function listener(isHeard = true) {
    const heard = { isHeard }
    const ticks = new OpenTicks(() => heard.isHeard)
    const moveTo = (tip: number, branch = '', from = 0) =>
      ticks.moveTo(tip, (height) => shownHashOf(height, height >= from ? branch : '')).map(({ height }) => height)
    return { heard, moveTo }
  }

  it('are those that came while one did, until two more have come', () => {
    const { moveTo } = listener()
    expect(moveTo(10)).toEqual([])
    expect(moveTo(11)).toEqual([])
    // What was there before one listened is none of them.
    expect(moveTo(12)).toEqual([])
    expect(moveTo(13)).toEqual([11])
    // Of several that come together only those that may still be told of.
    expect(moveTo(17)).toEqual([12, 13])
    expect(moveTo(18)).toEqual([16])
    expect(moveTo(18)).toEqual([])
    // A fork: 17 and 18 are others now.
    expect(moveTo(19, 'fork', 17)).toEqual([])
    expect(moveTo(21, 'fork', 17)).toEqual([18, 19])
  })

  it('begin once anybody is there to be heard, before the block is known', () => {
    const { heard, moveTo } = listener(false)
    expect([10, 11, 12, 13].map((tip) => moveTo(tip))).toEqual([[], [], [], []])
    // Who comes for block 14 comes when it is there, perhaps for having won it.
    heard.isHeard = true
    expect([14, 15, 16, 17].map((tip) => moveTo(tip))).toEqual([[], [], [], [15]])
  })

  it('are all that follow, whoever comes and goes', () => {
    const { heard, moveTo } = listener()
    moveTo(10)
    const counted: number[] = []
    for (let tip = 11; tip <= 40; tip++) {
      heard.isHeard = tip % 3 === 0
      counted.push(...moveTo(tip))
    }
    expect(counted).toEqual(Array.from({ length: 28 }, (_, i) => 11 + i))
  })
})

describe('the window of the chain', () => {
  function source() {
    const chain: BlockHash[] = []
    let asked = 0
    return {
      chain,
      get asked() {
        return asked
      },
      to(height: number, branch = '', from = 0) {
        chain.length = height + 1
        for (let h = from; h <= height; h++) chain[h] = hashOf(h, branch)
        return { height, hash: hashOf(height, branch) }
      },
      async headers(from: number, count: number) {
        asked++
        return chain.slice(from, from + Math.min(count, 5)).map((hash, i) => ({ height: from + i, hash }))
      },
    }
  }

  it('follows it, and tells from where it is another', async () => {
    const node = source()
    const window = new ChainWindow(node, 100)
    expect(await window.moveTo(node.to(30))).toEqual({ from: 0 })
    expect(await window.moveTo(node.to(31, '', 31))).toEqual({ from: 31 })
    expect(await window.moveTo(node.to(31, '', 31))).toEqual({ from: 32 })
    expect(await window.moveTo(node.to(33, 'fork', 12))).toEqual({ from: 12 })
    const same = (height: number, branch: string) => {
      const hash = window.hashAt(height)
      return hash !== null && sameHash(hash, hashOf(height, branch))
    }
    expect([same(11, ''), same(12, 'fork'), same(33, 'fork'), window.hashAt(34)]).toEqual([true, true, true, null])
    // Shorter than before, and longer than the window.
    expect(await window.moveTo(node.to(20, 'fork', 12))).toEqual({ from: 21 })
    expect(window.hashAt(21)).toBeNull()
    expect(await window.moveTo(node.to(500, 'far', 21))).toEqual({ from: 401 })
    expect([window.hashAt(400), window.hashAt(401) !== null]).toEqual([null, true])
  })

  it('does not move where the source has moved on', async () => {
    const node = source()
    const window = new ChainWindow(node, 100)
    const tip = node.to(10)
    node.to(12, 'fork', 8)
    expect(await window.moveTo(tip)).toBeNull()
    expect([window.height, window.hashAt(3)]).toEqual([-1, null])
  })
})

describe('what is observed of a partition', () => {
  const full = 64
  const blobs = { fillAt: (partition: number, height: number) => (partition === 0 && height >= 4 ? full : 0) }
  const logOf = (ticks: number, won: (height: number) => string[]) => {
    const heights = Array.from({ length: ticks }, (_, i) => 10 + i)
    const log = new WinLog(
      [],
      heights.map((height) => ({ height, blockHash: shownHashOf(height) })),
    )
    for (const height of heights) for (const key of won(height)) log.add(seen(height, { key }))
    return log
  }
  const observe = (log: WinLog, partition = 0) => observePartition(rules, blobs, log, partition, 2_000)

  it('is the estimate over the ticks at which one listened', () => {
    const log = logOf(120, (height) => (height % 12 === 0 ? ['a1', 'b2'] : []))
    log.add(seen(500))
    log.add(seen(12, { partition: 1, key: 'c3' }))
    const observed = observe(log)
    const q = winProbability(rules.threshold, full)
    expect(observed).toMatchObject({ ticks: 120, from: 10, to: 129, wins: 20, fill: full, silent: false })
    expect(observed.expected).toBeCloseTo(120 * q, 9)
    expect(observed.estimate?.replicas).toBeCloseTo(20 / (120 * q), 9)
    expect(observed.keys.map(({ key, wins, silent }) => [key, wins, silent])).toEqual([
      ['a1', 10, false],
      ['b2', 10, false],
    ])
  })

  it('says who is silent after 80 ticks of a full partition', () => {
    for (const [after, silent] of [
      [79, false],
      [80, true],
    ] as const) {
      const observed = observe(logOf(after + 1, (height) => (height === 10 ? ['a1'] : [])))
      expect(observed.keys[0]?.silent).toBe(silent)
      expect(observed.silent).toBe(silent)
    }
  })

  it('says so later where less is in the partition', () => {
    const half = { fillAt: () => full / 2 }
    const silentAt = (ticks: number) =>
      observePartition(
        rules,
        half,
        logOf(ticks + 1, (height) => (height === 10 ? ['a1'] : [])),
        0,
        2_000,
      ).silent
    expect([silentAt(158), silentAt(159)]).toEqual([false, true])
  })

  it('is nothing where nothing is expected', () => {
    expect(observe(new WinLog())).toMatchObject({ ticks: 0, from: null, estimate: null, silent: false, keys: [] })
    expect(
      observe(
        logOf(100, () => []),
        7,
      ),
    ).toMatchObject({ estimate: null, silent: false, fill: 0 })
  })
})
