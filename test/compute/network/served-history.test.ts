import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlockHash, regtest } from '../../../src/bitcoin/index.ts'
import { fileSource, History, historyStart, memoryTable } from '../../../src/bus/io/index.ts'
import { writeArguments } from '../../../src/compute/circuit/read-arguments.ts'
import { compileGraph, type Program, readGraph, setUpGraph } from '../../../src/compute/io/open-program.ts'
import { jobProver } from '../../../src/compute/io/queue/prove-job.ts'
import { OwnReading } from '../../../src/compute/io/service/own-reading.ts'
import { servedProgram } from '../../../src/compute/io/service/served-programs.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import type { JobInput } from '../../../src/compute/queue/job.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import type { CircuitResult } from '../../../src/compute/result/result-file.ts'
import type { OwnBlock, ServedProgram } from '../../../src/compute/service/served-program.ts'
import { kernel } from '../../storage/kernels.ts'
import { ODD_CIRCUIT, ODD_MANIFEST, oddHeaders } from '../odd-graph.ts'
import { recordless } from './compute-scene.ts'

const { signal } = new AbortController()
const taken: (readonly JobInput[])[] = []
let folder: string
let queue: LocalQueue
let served: ServedProgram
let at: (height: number) => Promise<OwnBlock>
let program: Program
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-served-history-'))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'graph.yaml'), ODD_MANIFEST)
  await writeFile(join(folder, 'odd.circom'), ODD_CIRCUIT)
  program = await setUpGraph(await compileGraph(await readGraph(folder)))
  const made = fileSource(oddHeaders(17))
  if (!made.ok) throw new Error(made.detail)
  const { source: headers } = made
  const history = await History.open(historyStart(regtest), memoryTable(), kernel)
  await history.sync(headers, 16)
  at = async (height) => ({
    ...{ height, hash: (await history.hashAt(height)) as BlockHash },
    accumulator: await history.commitment(height),
  })
  const prove = jobProver({ open: async () => program, withHeaders: () => expect.fail() })
  queue = new LocalQueue(async (job, stopped) => {
    taken.push(job.inputs)
    return await prove(job, stopped)
  })
  await queue.start()
  const inscriptions = { index: { tip: null, hashAt: async () => null, query: () => expect.fail() } }
  const reading = new OwnReading({
    ...{ ...recordless, history, headers, poseidon: kernel },
    blocks: { block: () => expect.fail() },
  })
  served = servedProgram(program, { jobs: new SharedJobs(queue), kernel, params: regtest, inscriptions, reading })
}, 120_000)
afterAll(async () => {
  await queue.stop()
  await rm(folder, { recursive: true })
})

describe('a circuit that opens headers, as it is served', () => {
  it('is due at the last block of each period, and on no request', () => {
    expect(served).toMatchObject({ pace: { every: 5, rest: 4 }, onRequest: null })
  })

  it('is proved by a job that has all that it reads, and judged by the node’s own history', async () => {
    const [block, earlier] = [await at(9), await at(4)]
    const message = await served.prove(block, signal)
    if (message === null) throw new Error('its condition holds')
    const result = message.result as CircuitResult
    expect(result).toMatchObject({ height: 9, blockHash: block.hash })
    expect(result.values.slice(0, 1)).toEqual([1n])
    expect(result.values.slice(2)).toEqual([block.accumulator, 0n, 1n])
    expect(message.evidence).toEqual([])
    expect(taken).toMatchObject([[{ name: 'arguments' }]])
    expect(await served.judge(message, { block, at })).toMatchObject({ ok: true })
    const judged = async (values: readonly bigint[], ground = block) => {
      const found = await served.judge({ ...message, result: { ...result, values } }, { block: ground, at })
      return found.ok ? 'ok' : found.reject
    }
    const { values } = result
    expect(await judged(values.with(1, 5n))).toBe('proof-invalid')
    expect(await judged(values.with(2, 5n))).toBe('wrong-history')
    expect(await judged(values.with(4, 0n))).toBe('wrong-ordinal')
    expect(await judged(values.with(0, 0n))).toBe('condition-false')
    expect(await judged(values, earlier)).toBe('wrong-height')
    const more = { attestations: [], content: Uint8Array.of(1) }
    expect(await served.judge({ ...message, evidence: [more] }, { block, at })).toMatchObject({ ok: false })
  })

  it('is nothing to prove where its condition does not hold, and nothing elsewhere than at a period’s end', async () => {
    taken.length = 0
    expect(await served.prove(await at(4), signal)).toBeNull()
    expect(await served.prove(await at(14), signal)).toBeNull()
    expect(taken).toEqual([])
    await expect(served.prove(await at(8), signal)).rejects.toMatchObject({ code: 'E_INPUT' })
    const other = { ...(await at(9)), hash: (await at(8)).hash }
    await expect(served.prove(other, signal)).rejects.toMatchObject({ code: 'E_MOVED' })
  })

  it('is no job with other inputs than it reads', async () => {
    const prove = jobProver({ open: async () => program, withHeaders: () => expect.fail() })
    const opening = Array.from({ length: 134 }, () => 0n)
    const given = { history: 1n, start: 0n, ordinal: 1n, opening }
    const job = { id: '00', program: '00', kind: 'circuit', height: 9, blockHash: '00'.repeat(32) } as const
    const proved = (input: object) => {
      const bytes = new TextEncoder().encode(writeArguments(input as typeof given))
      return prove({ ...job, inputs: [{ name: 'arguments', bytes }], priority: 0, attempts: 1 }, signal)
    }
    expect((await proved(given)).length).toBeGreaterThan(1000)
    const { start: _, ...less } = given
    for (const wrong of [less, { ...given, more: 1n }, { ...given, opening: opening.slice(1) }]) {
      await expect(proved(wrong)).rejects.toMatchObject({ code: 'E_JOB' })
    }
    await expect(prove({ ...job, inputs: [], priority: 0, attempts: 1 }, signal)).rejects.toMatchObject({
      code: 'E_JOB',
    })
  })
})
