import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mainnet, regtest } from '../../src/bitcoin/index.ts'
import { estimateJson, estimateLines } from '../../src/cli/storage-estimates.ts'
import { storageParams } from '../../storage/index.ts'
import { EstimatesFile } from '../../storage/io/index.ts'
import { SpentOnWins } from '../../storage/io/sampling/spent-on-wins.ts'
import { WinInscriber } from '../../storage/io/sampling/win-inscriber.ts'
import { observePartition } from '../../storage/sampling/observation.ts'
import { WinLog } from '../../storage/sampling/win-log.ts'
import { winRules } from '../../storage/sampling/win-rules.ts'
import { winMessage } from './judged-wins.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-estimates-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A full partition at which one listened for so many blocks, one of three in twelve being won. */
function observed(network: typeof regtest, ticks: number) {
  const rules = winRules(storageParams(network))
  const blockHash = '00'.repeat(32)
  const heights = Array.from({ length: ticks }, (_, i) => 100 + i)
  const won = heights.filter((height) => height % 4 === 0)
  const wins = won.map((height) => {
    const seen = { id: String(height).padStart(64, '0'), key: 'ab'.repeat(32), partition: 0, height, blockHash }
    return { ...seen, heard: true, inscribed: null }
  })
  const log = new WinLog(
    wins,
    heights.map((height) => ({ height, blockHash })),
  )
  return observePartition(rules, { fillAt: () => 2 ** rules.params.partitionBits }, log, 0, 100 + ticks)
}

describe('what is said of an estimate', () => {
  it('has its interval and what it costs to fake beside it, and says what it is not', () => {
    const estimates = { height: 1_200, heard: 2, partitions: [observed(mainnet, 1_008)] }
    const [replicas, cost, key] = estimateLines(estimates, 0)
    expect(replicas).toBe(
      '  replicas  3.0 (2.6 to 3.4) on average over 1008 blocks from 100 to 1107, by 252 wins verified here in time',
    )
    expect(cost).toBe(
      '  to fake   one replica, a block: 502126 encodings, 497 s of a core (0.99 ms each) or 4.2 s of a graphics card; nothing is said of any single blob, of who operates what, or of disks',
    )
    expect(key).toContain('252 wins, the last at 1104')
    expect(estimateJson(estimates, 0)).toMatchObject({ asOf: 1_200, wins: 252, cost: { isFree: false } })
  })

  it('says on regtest that faking is free', () => {
    const estimates = { height: 200, heard: 1, partitions: [observed(regtest, 90)] }
    expect(estimateLines(estimates, 0)[1]).toContain(
      'free on this network: it shows that the code works, and nothing else',
    )
    expect(estimateJson(estimates, 0)).toMatchObject({ cost: { isFree: true } })
  })

  it('is that there is none before one has listened, and nothing of what nobody has looked at', () => {
    expect(estimateLines({ height: 9, heard: 1, partitions: [observed(regtest, 0)] }, 0)[0]).toBe(
      '  replicas  no estimate yet: a node here has listened at 0 blocks, as of height 9',
    )
    expect([estimateLines(null, 0), estimateJson(null, 0)]).toEqual([[], null])
    expect(estimateLines({ height: 9, heard: 1, partitions: [] }, 0)).toEqual([])
  })

  it('tells a silence', () => {
    const quiet = { ...observed(mainnet, 200), silent: true }
    expect(estimateLines({ height: 9, heard: 1, partitions: [quiet] }, 0)[0]).toContain('SILENT')
  })

  it('tells that nobody is there to be heard', () => {
    const [replicas] = estimateLines({ height: 9, heard: 0, partitions: [observed(mainnet, 200)] }, 0)
    expect(replicas).toMatch(/NOBODY WAS HEARD as of height 9$/)
  })
})

describe('the file of estimates', () => {
  const params = storageParams(regtest)
  const file = (of = params) => new EstimatesFile(join(folder, 'below', 'estimates.json'), of)

  it('gives back what was saved, to whoever is of the same network', async () => {
    expect(await file().load()).toBeNull()
    const estimates = { height: 200, heard: 1, partitions: [observed(regtest, 90), observed(regtest, 0)] }
    await file().save(estimates)
    expect(await file().load()).toEqual(estimates)
    expect(await file(storageParams(mainnet)).load()).toBeNull()
    expect(await file(storageParams(regtest, { partitionBits: 4 })).load()).toBeNull()
  })

  it('is none where it is damaged', async () => {
    await file().save({ height: 1, heard: 1, partitions: [] })
    for (const text of ['', '{', '{"height":1}', '[]']) {
      await writeFile(join(folder, 'below', 'estimates.json'), text)
      expect(await file().load()).toBeNull()
    }
  })
})

describe('wins that are inscribed', () => {
  const sent: [number, number | undefined][] = []
  const inscriber = {
    quote: async () => ({ feeRate: 2, fees: 3_000n, postage: 330n }) as never,
    inscribe: async (envelopes: readonly Uint8Array[], feeRate?: number) => {
      sent.push([envelopes.length, feeRate])
      return {} as never
    },
  }
  const path = () => join(folder, 'below', 'spent-on-wins.json')
  const inscribe = async (height: number, budget = 7_000n) =>
    await new WinInscriber({ inscriber, budget, spent: await SpentOnWins.open(path()) }).inscribe(
      winMessage({ height }),
    )

  it('cost no more in all than the budget, and each is paid for once, over restarts too', async () => {
    expect(await inscribe(20)).toEqual({ state: 'sent', cost: 3_330n, left: 3_670n })
    expect(await inscribe(20)).toEqual({ state: 'counted-before', cost: 0n, left: 3_670n })
    expect(await inscribe(21)).toEqual({ state: 'sent', cost: 3_330n, left: 340n })
    expect(await inscribe(22)).toEqual({ state: 'no-budget', cost: 3_330n, left: 340n })
    expect(sent).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(await inscribe(23, 5_000n)).toEqual({ state: 'no-budget', cost: 3_330n, left: 0n })
    // What was won a week of blocks ago is not won again.
    expect(await inscribe(1_029, 100_000n)).toMatchObject({ state: 'sent' })
    const spent = await SpentOnWins.open(path())
    expect([winMessage({ height: 21 }).id, winMessage({ height: 1_029 }).id].map((id) => spent.has(id))).toEqual([
      false,
      true,
    ])
    expect(spent.satoshis).toBe(9_990n)
  })

  it.each(['', '{}', '{"format":1,"spent":"-1","wins":[]}'])(
    'are refused where what was spent is not known: %j',
    async (text) => {
      await mkdir(join(folder, 'below'))
      await writeFile(path(), text)
      await expect(SpentOnWins.open(path())).rejects.toMatchObject({ code: 'E_STORE', cure: { act: 'spend-anew' } })
    },
  )
})
