import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Header, headerHash, regtest } from '../../src/bitcoin/index.ts'
import { peaksOf } from '../../src/bus/accumulator.ts'
import { verifyPath } from '../../src/bus/accumulator-path.ts'
import { History, historyStart } from '../../src/bus/io/history/history.ts'
import { historyOwner, openLevelTable } from '../../src/bus/io/history/level-table.ts'
import { type HistoryTable, memoryTable } from '../../src/bus/io/history/table.ts'
import { fileSource, type HeaderSource } from '../../src/bus/io/prover/header-source.ts'
import { leafOf } from '../../src/bus/leaf.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { type FixtureChain, headerFile, mineChain } from './chain-fixture.ts'
import { poseidon, poseidonSource } from './poseidon-reference.ts'

const LENGTH = 60
const chain = mineChain(LENGTH)
/** Parts from the chain after its 40th block. */
const branch = mineChain(LENGTH - 30, 5, chain.states[39])
const other: FixtureChain = {
  headers: [...chain.headers.slice(0, 40), ...branch.headers],
  states: [...chain.states.slice(0, 40), ...branch.states],
}

function sourceOf({ headers }: FixtureChain): HeaderSource {
  const made = fileSource(headerFile(headers))
  if (!made.ok) throw new Error(made.reject)
  return made.source
}
const source = sourceOf(chain)

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-history-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const owner = historyOwner(regtest, historyStart(regtest))
let made = 0
const levelTable = () => openLevelTable(join(directory, String(made++)), owner)
const open = (table: HistoryTable) => History.open(historyStart(regtest), table, poseidonSource)

async function expectPaths(history: History, of: FixtureChain, tipHeight: number): Promise<void> {
  const state = of.states[tipHeight - 1]
  if (state === undefined) throw new Error('no such state')
  expect(await history.commitment(tipHeight)).toBe(state.history.commitment)
  for (let height = 0; height <= tipHeight; height += 7) {
    const header = height === 0 ? regtest.genesis : (of.headers[height - 1] as never)
    const leaf = leafOf(height, headerHash(header), header)
    const claim = { commitment: state.history.commitment, count: tipHeight + 1, index: height, leaf }
    expect(verifyPath(poseidon, claim, await history.path(height, tipHeight))).toEqual({ ok: true })
  }
}

/** One suite that every table must pass. */
describe.each([
  ['memory', async () => memoryTable()],
  ['level', levelTable],
] as const)('history in %s', (_, openTable) => {
  it('gives paths to the commitment of every tip it has passed', async () => {
    const history = await open(await openTable())
    expect(history.tipHeight).toBe(0)
    await history.sync(source, LENGTH)
    expect(peaksOf((chain.states.at(-1) as never as { history: never }).history).length).toBeGreaterThan(1)
    for (const tip of [1, 2, 3, 30, 31, LENGTH - 1, LENGTH]) await expectPaths(history, chain, tip)
    await history.close()
  }, 120_000)

  it('appends piece by piece to the same', async () => {
    const history = await open(await openTable())
    for (const height of [1, 2, 5, 12, 13, 27, 59, LENGTH]) await history.sync(source, height)
    await expectPaths(history, chain, LENGTH)
    await history.close()
  }, 120_000)

  it('goes back where the chains part, and forth again', async () => {
    const history = await open(await openTable())
    await history.sync(source, LENGTH)
    await history.sync(sourceOf(other), other.headers.length)
    await expectPaths(history, other, other.headers.length)
    expect(await history.hashAt(41)).toEqual(headerHash(other.headers[40] as never))
    await history.sync(source, LENGTH)
    await expectPaths(history, chain, LENGTH)
    await history.close()
  }, 120_000)

  it('keeps what a shorter source of the same chain does not have', async () => {
    const history = await open(await openTable())
    await history.sync(source, LENGTH)
    await history.sync(sourceOf({ ...chain, headers: chain.headers.slice(0, 20) }), 20)
    expect(history.tipHeight).toBe(LENGTH)
    await history.close()
  })

  it('refuses what is not there, another chain, and headers that do not link', async () => {
    const history = await open(await openTable())
    await history.sync(source, 10)
    await expect(history.path(3, 11)).rejects.toMatchObject({ code: 'E_NO_HEADERS' })
    await expect(history.path(11, 10)).rejects.toThrow(RangeError)
    await expect(history.sync(source, LENGTH + 1)).rejects.toMatchObject({ code: 'E_NO_HEADERS' })
    const foreign: HeaderSource = { ...source, hashAt: async () => null }
    await expect(history.sync(foreign, 12)).rejects.toMatchObject({ code: 'E_SOURCE' })
    const placed = (header: Header, height: number) => ({ height, hash: headerHash(header), header })
    const headers = async (from: number) =>
      [other.headers[from - 1], chain.headers[from + 2]].map((header, i) => placed(header as Header, from + i))
    const broken: HeaderSource = { ...source, headers }
    const fresh = await open(memoryTable())
    await expect(fresh.sync(broken, 12)).rejects.toMatchObject({ code: 'E_REORG' })
    await history.close()
  })
})

describe('history on disk', () => {
  it('tells what to do where a record holds what is no field element', async () => {
    const dir = join(directory, 'damaged')
    const history = await open(await openLevelTable(dir, owner))
    await history.sync(source, 10)
    await history.close()
    const table = await openLevelTable(dir, owner)
    const records = await table.read(Array.from({ length: table.count }, (_, i) => i))
    await table.truncate(0)
    await table.append(concatBytes(...records.map((record) => record.fill(0xff, -32))), true)
    const damaged = await open(table)
    const cure = { act: 'remove-history', subject: dir }
    await expect(damaged.path(1, 10)).rejects.toMatchObject({ code: 'E_IO', cure })
    await damaged.close()
  })

  it('is there again, and after an append that was cut off as before it', async () => {
    const dir = join(directory, 'again')
    const first = await openLevelTable(dir, owner)
    const history = await open(first)
    await history.sync(source, 33)
    await expect(openLevelTable(dir, owner)).rejects.toMatchObject({ code: 'E_LOCKED' })
    await history.close()
    const again = await open(await openLevelTable(dir, owner))
    expect(again.tipHeight).toBe(33)
    await again.sync(source, LENGTH)
    await expectPaths(again, chain, LENGTH)
    await again.close()
  }, 120_000)

  it('belongs to one chain and start', async () => {
    const dir = join(directory, 'owned')
    const history = await open(await openLevelTable(dir, owner))
    await history.close()
    for (const change of [{ params: '1' }, { startHeight: 3 }, { startHash: '00'.repeat(32) }]) {
      const refused = openLevelTable(dir, { ...owner, ...change })
      await expect(refused).rejects.toMatchObject({ code: 'E_DATA_DIR_MISMATCH' })
    }
  })
})
