import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { encodeResult } from '../../src/compute/index.ts'
import { compileGraph, type OnceOfKeys, proveCircuit, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { decodeRecord } from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { SettlementPlace } from '../support/settlement-place.ts'
import { writeGauge, writeWatch } from '../support/watch-graph.ts'
import { WatchedAutomation } from '../support/watched-automation.ts'

/** An automation on results of another graph over a real node's chain: what fires, and what a reorg or a new process makes of it. */
const FINALITY = 3
let place: SettlementPlace
let [gauge, watch] = [] as unknown as [OnceOfKeys, OnceOfKeys]
const wallet = new Wallet(regtest, new Uint8Array(32).fill(21))
const opened = async (folder: string) => (await setUpGraph(await compileGraph(await readGraph(folder)))) as OnceOfKeys

beforeAll(async () => {
  place = await SettlementPlace.make(0)
  await place.node.mine(4, wallet.address)
  await place.node.mine(6, place.address)
  await place.node.mine(100)
  gauge = await opened(await writeGauge(place.file('gauge')))
  watch = await opened(await writeWatch(place.file('watch'), bytesToHex(gauge.id)))
}, 300_000)
afterAll(() => place.remove())

const height = async () => (await place.node.client.getBestBlock()).height
let seq = 0

/** Inscribes what gauge makes of x at a block, the tip unless given, in the next one. Returns the height that it is of. */
async function settle(x: bigint, at?: number): Promise<number> {
  const of = at ?? (await height())
  const blockHash = (await place.node.client.getBlockHash(of)) as BlockHash
  const made = await proveCircuit(gauge, { arguments: { x } })
  const bytes = encodeResult({ kind: 'circuit', program: gauge.id, height: of, blockHash, ...made })
  const about = { kind: 'result', program: bytesToHex(gauge.id), height: of, blockHash: toDisplay(blockHash) }
  const metadata = JSON.stringify({ ...about, output: '', seq: ++seq })
  const body = ['--body', await place.put('body', bytes), '--content-type', 'application/wscr']
  await place.inscribe(...body, '--metadata', metadata, '--fee-rate', '2')
  return of
}

const start = () =>
  WatchedAutomation.start(place, {
    ...{ program: watch, sources: [gauge], folder: place.file('automation'), finality: FINALITY },
    inscribing: { wallet, budget: 1_000_000n, settlement: place.file('settled') },
  })

/** Heights of the records of watch's results in the chain. */
async function inscribed(): Promise<number[]> {
  const found = []
  for (const { envelope } of await place.inscriptions()) {
    const read = decodeRecord(envelope, regtest)
    if (read.ok && bytesToHex(read.record.program) === bytesToHex(watch.id)) found.push(read.record.height)
  }
  return found
}

test('fires once for each result of the other graph for which the condition holds', async () => {
  const before = await settle(20n)
  const one = await start()
  await one.settled()
  const little = await settle(3n)
  const enough = await settle(12n)
  await one.settled()
  // What counted before it began is not looked at; what counts now is judged at once, and fires at finality.
  expect(one.of('evaluated')).toEqual([little, enough])
  expect(one.of('fired')).toEqual([])
  await place.node.mine(FINALITY - 1)
  await one.settled()
  expect([one.of('fired'), one.of('acted')]).toEqual([[enough], [enough]])
  // An older result that comes later is not the latest.
  await settle(40n, before)
  await place.node.mine(FINALITY)
  await one.settled()
  expect(one.of('evaluated')).toEqual([little, enough])
  expect(await inscribed()).toEqual([enough + 1])
  await one.stop()

  // Again from what it has on the disk; what came to count meanwhile is not left out.
  const next = await settle(15n)
  await place.node.mine(FINALITY)
  const again = await start()
  await again.settled()
  expect([again.of('fired'), again.of('acted')]).toEqual([[next], [next]])
  await again.settled()

  // A reorg deeper than finality that takes the record with it: where it comes again in the other branch, it fires no more.
  const first = (await place.node.client.getBlockHash(next + 1)) as BlockHash
  const depth = (await height()) - next
  await place.node.invalidateBlock(first)
  await place.node.mine(depth + 1)
  await again.settled()
  expect(again.of('orphaned')).toEqual([next])
  await settle(15n, next)
  const last = await settle(16n)
  await place.node.mine(FINALITY)
  await again.settled()
  expect(again.of('fired')).toEqual([next, last])
  expect(again.problems()).toEqual([])
  await again.stop()
}, 600_000)
