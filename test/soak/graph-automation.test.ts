import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { lastOf, newestOver } from '../../src/compute/automation/periods.ts'
import { decodeResult } from '../../src/compute/index.ts'
import { compileGraph, initGraph, type OnceOfKeys, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { decodeRecord } from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { SettlementPlace } from '../support/settlement-place.ts'
import { SHORT, type TimedChain, timedChain, writeShortEpochs } from '../support/short-epochs.ts'
import { WatchedAutomation } from '../support/watched-automation.ts'

/** An automation over a real node's chain: what fires, what is inscribed, and what a reorg or a kill makes of it. */
const FINALITY = 3
const { period } = SHORT
/** Seconds between blocks of which a period is short, and long. */
const [QUICK, SLOW] = [60, 1_000]

let place: SettlementPlace
let chain: TimedChain
let program: OnceOfKeys
const wallet = new Wallet(regtest, new Uint8Array(32).fill(21))

beforeAll(async () => {
  place = await SettlementPlace.make(0)
  await place.node.mine(4, wallet.address)
  await place.node.mine(2, place.address)
  await place.node.mine(100)
  // After the blocks that were mined at the time it is.
  chain = timedChain(place.node, Math.floor(Date.now() / 1000) + 60)
  const graph = place.file('my-epochs')
  await initGraph(graph, 'automation')
  await writeShortEpochs(graph)
  const compiled = await setUpGraph(await compileGraph(await readGraph(graph)))
  if (compiled.kind !== 'circuit') throw new Error('no circuit')
  program = compiled
}, 300_000)
afterAll(() => place.remove())

const height = async () => (await place.node.client.getBestBlock()).height

/** Mines up to the end of the period in progress. */
async function finish(spacing: number): Promise<number> {
  const at = await height()
  const ordinal = newestOver(at, period) + 1
  await chain.mine(lastOf(ordinal, period) - at, spacing)
  return ordinal
}

/** A period in which the condition holds, or does not; the one before it may have begun. */
async function whole(spacing: number): Promise<number> {
  if ((await height()) !== lastOf(newestOver(await height(), period), period)) await finish(QUICK)
  return await finish(spacing)
}

const start = (folder: string, budget: bigint | null) =>
  WatchedAutomation.start(place, {
    ...{ program, folder: place.file(folder), finality: FINALITY },
    inscribing: budget === null ? undefined : { wallet, budget, settlement: place.file('settled') },
  })

/** The results that the chain holds, by the ordinal of the program's condition. */
async function inscribed(): Promise<{ readonly ordinal: number; readonly blockHash: string }[]> {
  const found = []
  for (const { envelope } of await place.inscriptions()) {
    const read = decodeRecord(envelope, regtest)
    if (!read.ok || read.record.kind !== 'result') continue
    const decoded = decodeResult(read.body)
    if (!decoded.ok || decoded.result.kind !== 'circuit') throw new Error('a record of no result')
    const { values, proof, blockHash } = decoded.result
    expect(await program.verifier.verify(proof, encodeField(values))).toEqual({ ok: true })
    found.push({ ordinal: Number(values.at(-1)), blockHash: Buffer.from(blockHash).reverse().toString('hex') })
  }
  return found
}

describe('an automation over a node', () => {
  test('fires once, at finality, and inscribes', async () => {
    const one = await start('one', 1_000_000n)
    await one.settled()
    const quick = await whole(QUICK)
    const slow = await whole(SLOW)
    await one.settled()
    // The period in progress is the first.
    expect(one.of('evaluated').slice(-2)).toEqual([quick, slow])
    expect(one.of('fired')).toEqual([])
    await chain.mine(FINALITY - 2, QUICK)
    await one.settled()
    expect(one.of('fired')).toEqual([])
    await chain.mine(1, QUICK)
    await one.settled()
    expect([one.of('fired'), one.of('acted')]).toEqual([[slow], [slow]])
    await chain.mine(1, QUICK)
    expect((await inscribed()).map(({ ordinal }) => ordinal)).toEqual([slow])
    await one.stop()

    // Again from what it has on the disk; what ended meanwhile is not left out.
    const next = await whole(SLOW)
    await chain.mine(FINALITY, QUICK)
    const again = await start('one', 1_000_000n)
    await again.settled()
    expect([again.of('fired'), again.of('acted')]).toEqual([[next], [next]])
    await chain.mine(1, QUICK)

    // A reorg of 6, and one deeper than finality that replaces all blocks of the last firing: what stays true fires no more.
    await chain.reorg(6, SLOW)
    await again.settled()
    const depth = (await height()) - lastOf(next, period) + period + 1
    await chain.reorg(depth, SLOW)
    await again.settled()
    expect(again.of('orphaned')).toContain(next)
    expect(again.problems()).toEqual([])
    await chain.mine(2 * period + FINALITY, SLOW)
    await again.settled()
    const fired = again.of('fired')
    expect(new Set(fired).size).toBe(fired.length)
    expect(fired.filter((ordinal) => ordinal === next)).toEqual([next])
    expect(fired.length).toBeGreaterThan(1)
    await chain.mine(1, QUICK)
    await again.stop()
    const ordinals = (await inscribed()).map(({ ordinal }) => ordinal)
    expect(new Set(ordinals).size).toBe(ordinals.length)
    // That of the lost branch may be there too, as what is about no block of this chain.
    expect(ordinals).toEqual(expect.arrayContaining([slow, ...fired.filter((ordinal) => ordinal !== next)]))
  }, 300_000)

  test('inscribes nothing without a budget, and what waited once there is one', async () => {
    const first = newestOver(await height(), period) + 1
    const without = await start('two', null)
    await without.settled()
    const slow = await whole(SLOW)
    await chain.mine(FINALITY, QUICK)
    await without.settled()
    expect([without.of('fired'), without.of('acted')]).toEqual([[slow], []])
    await without.stop()
    const little = await start('two', 100n)
    await little.settled()
    expect([little.of('unpaid'), little.of('acted')]).toEqual([[slow], []])
    await little.stop()
    const enough = await start('two', 1_000_000n)
    await enough.settled()
    expect([enough.of('fired'), enough.of('acted')]).toEqual([[], [slow]])
    await enough.stop()
    expect(slow).toBeGreaterThanOrEqual(first)
    await chain.mine(1, QUICK)
  }, 300_000)
})

describe('wsc graph automate', () => {
  test('killed as it fires goes on, and inscribes once', async () => {
    const argv = [
      'graph',
      'automate',
      place.file('my-epochs'),
      '--finality',
      `${FINALITY}`,
      '--budget',
      '1000000',
      '--json',
    ]
    const run = place.start(...argv)
    await run.line('began')
    const slow = await whole(SLOW)
    await chain.mine(FINALITY, QUICK)
    expect(JSON.parse(await run.line('fired'))).toMatchObject({ fired: { ordinal: slow } })
    run.child.kill('SIGKILL')
    await run.done
    const again = place.start(...argv)
    expect(JSON.parse(await again.line('inscribed'))).toMatchObject({ inscribed: { ordinal: slow } })
    again.child.kill('SIGINT')
    expect((await again.done).exit).toBe(130)
    await chain.mine(1, QUICK)
    const own = (await inscribed()).filter(({ ordinal }) => ordinal === slow)
    expect(own).toHaveLength(1)
  }, 300_000)
})
