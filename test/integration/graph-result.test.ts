import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockHash, toDisplay } from '../../src/bitcoin/index.ts'
import { type CircuitResult, encodeResult } from '../../src/compute/index.ts'
import { resultBytes } from '../../src/compute/input/result-bytes.ts'
import { compileGraph, type OnceOfKeys, proveCircuit, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import type { CircuitInputs } from '../../src/compute/io/run-circuit.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { SettlementPlace } from '../support/settlement-place.ts'
import { writeGauge, writeWatch } from '../support/watch-graph.ts'

/** A graph that reads a result of another one, by the command on a regtest chain. */
let place: SettlementPlace
let [gauge, watch] = [] as unknown as [OnceOfKeys, OnceOfKeys]
let [GAUGE, WATCH] = ['', '']
const GRAPHS = () => ['--graph', WATCH, '--graph', GAUGE]
const opened = async (folder: string) => (await setUpGraph(await compileGraph(await readGraph(folder)))) as OnceOfKeys
beforeAll(async () => {
  place = await SettlementPlace.make(6)
  GAUGE = await writeGauge(place.file('gauge'))
  gauge = await opened(GAUGE)
  WATCH = await writeWatch(place.file('watch'), bytesToHex(gauge.id))
  watch = await opened(WATCH)
}, 120_000)
afterAll(() => place.remove())

const wsc = async (...argv: string[]) => {
  const { exit, stdout, stderr } = await place.run(...argv, '--json')
  return { exit, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout.split('\n')[0] as string) : null }
}
const best = () => place.node.client.getBestBlock()
let seq = 0
/** Inscribes a result in the next block, as whoever proved it does. */
async function record(result: CircuitResult): Promise<void> {
  const { program, height, blockHash } = result
  const about = { kind: 'result', program: bytesToHex(program), height, blockHash: toDisplay(blockHash) }
  const metadata = JSON.stringify({ ...about, output: '', seq: ++seq })
  const body = ['--body', await place.put('body', encodeResult(result)), '--content-type', 'application/wscr']
  await place.inscribe(...body, '--metadata', metadata, '--fee-rate', '2')
}
/** What a program makes of its input, at a block. */
async function proved(program: OnceOfKeys, height: number, inputs: CircuitInputs): Promise<CircuitResult> {
  const hash = (await place.node.client.getBlockHash(height)) as BlockHash
  return { kind: 'circuit', program: program.id, height, blockHash: hash, ...(await proveCircuit(program, inputs)) }
}

test('a result of another graph is read, proved, verified, and counts', async () => {
  const at = async (x: bigint) => await proved(gauge, (await best()).height, { arguments: { x } })
  await record(await at(11n))
  const latest = await at(12n)
  await record(latest)
  // A duplicate, and one that says more than it is.
  await record(latest)
  await record({ ...(await at(9n)), values: [10_000n, 9n] })
  const { height } = latest
  const outputs = { holds: '1', height: `${height}`, square: '144' }
  const source = ['--source-graph', GAUGE]
  expect(await wsc('graph', 'exec', WATCH, ...source)).toMatchObject({ exit: 0, json: { outputs } })

  const proof = place.file('chain.proof')
  await place.json('bus', 'prove', '--out', proof)
  const folder = place.file('latest')
  expect(await wsc('attest', 'result', '--graph', GAUGE, '--proof', proof, '--out', folder)).toMatchObject({
    exit: 0,
    json: { attestations: 2 },
  })
  const out = place.file('watch.result')
  const under = ['--attestation', folder, '--proof', proof]
  const made = await wsc('graph', 'prove', WATCH, ...under, ...source, '--out', out)
  expect(made).toMatchObject({ exit: 0, json: { outputs, height: height + 1 } })
  const verify = (attestation: string) =>
    wsc('graph', 'verify', out, '--graph', WATCH, '--proof', proof, '--attestation', attestation, ...source)
  expect(await verify(folder)).toMatchObject({ exit: 0, json: { valid: true, outputs } })
  const [first] = (await readdir(folder)).sort()
  expect(await verify(join(folder, first as string))).toMatchObject({
    exit: 1,
    json: { reason: 'result:no-attestation' },
  })

  // A result that read the duplicate in its own block is none for who has the chain.
  await record(await proved(watch, height + 2, { bytes: resultBytes(latest, latest.values) }))
  const settled = await place.run('results', 'inscribe', out, ...GRAPHS(), '--budget', '90000', '--json')
  expect(settled).toMatchObject({ exit: 0, stdout: expect.stringContaining('"sent"') })
  const { stdout } = await place.run('results', ...GRAPHS(), '--json')
  const listed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(listed.map(({ state, reason }) => reason ?? state)).toEqual([
    ...['counts', 'counts', 'duplicate', 'proof-invalid', 'wrong-block', 'counts'],
  ])
  expect(listed.at(-1)).toMatchObject({ says: outputs, completeness: 'complete' })
}, 240_000)
