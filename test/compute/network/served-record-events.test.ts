import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { headerHash, regtest } from '../../../src/bitcoin/index.ts'
import { compileGraph, type OnceOfKeys, readGraph, setUpGraph } from '../../../src/compute/io/open-program.ts'
import { jobProver } from '../../../src/compute/io/queue/prove-job.ts'
import { OwnReading } from '../../../src/compute/io/service/own-reading.ts'
import { servedProgram } from '../../../src/compute/io/service/served-programs.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { DEFAULT_PRIORITY, type ProvingJob } from '../../../src/compute/queue/job.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import type { OwnBlock } from '../../../src/compute/service/served-program.ts'
import { signRecord } from '../../../src/settlement/index.ts'
import { InscriptionIndex, openStore } from '../../../src/settlement/io/index.ts'
import { CONTENT_TYPE, fields, inscribed, SECRET_KEY } from '../../settlement/record-fixture.ts'
import { kernel } from '../../storage/kernels.ts'
import { chainAround } from '../../support/attested-chain.ts'
import { spend, syntheticBlock } from '../../support/synthetic-block.ts'

/** Reads a list of one record; its condition is the lowest byte of the record's seq, which must be 0 or 1. */
const MANIFEST = `version: 1
name: last-seq
dataSources: [{ kind: inscriptions, metaprotocol: wsc, recordKind: commitment }]
trigger: { onEvent: true }
program:
  kind: circuit
  circuit: last-seq.circom
  input: { signal: in, bytes: 106, commitment: list, condition: holds }
  outputs: [list, holds]
`
const CIRCUIT = `pragma circom 2.1.6;
include "wsc-bitcoin/circuits/compute/bytes-commitment.circom";
template LastSeq() {
    signal input in[106];
    signal output list <== BytesCommitment(106)(in);
    signal output holds <== in[66];
    holds * (holds - 1) === 0;
}
component main = LastSeq();
`

const { signal } = new AbortController()
const jobs: ProvingJob[] = []
let folder: string
let program: OnceOfKeys
let queue: LocalQueue
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-record-events-'))
  await writeFile(join(folder, 'graph.yaml'), MANIFEST)
  await writeFile(join(folder, 'last-seq.circom'), CIRCUIT)
  const made = await setUpGraph(await compileGraph(await readGraph(folder)))
  if (made.kind !== 'circuit') throw new Error('no circuit')
  program = made
  const prove = jobProver({ open: async () => program, withHeaders: () => expect.fail() })
  queue = new LocalQueue(async (job, stopped) => {
    jobs.push(job)
    return await prove(job, stopped)
  })
  await queue.start()
}, 120_000)
afterAll(async () => {
  await queue.stop()
  await rm(folder, { recursive: true })
})

/** A node's chain whose first block holds records with these seqs, and the program as that node serves it. */
async function nodeWith(...seqs: readonly number[]) {
  const block = syntheticBlock(
    seqs.map((seq, i) => {
      const body = Uint8Array.of(i)
      const content = { params: regtest, contentType: new TextEncoder().encode(CONTENT_TYPE), body }
      const record = signRecord({ ...fields, kind: 'commitment', seq }, content, SECRET_KEY, new Uint8Array(32))
      return spend(i, [inscribed(record, body)])
    }),
  )
  const { history, headers } = await chainAround(block.headerBytes, 0, 2)
  const state = join(folder, seqs.join('-'))
  await mkdir(state)
  const store = await openStore(state, 'index')
  const index = await InscriptionIndex.open(store, regtest)
  await index.connect(block, 0)
  const inscriptions = { index, body: () => expect.fail() }
  const reading = new OwnReading({
    ...{ history, poseidon: kernel, params: regtest, inscriptions },
    headers: {} as never,
    blocks: { block: () => expect.fail() },
    client: { call: async () => block.bytes } as never,
  })
  const parts = { jobs: new SharedJobs(queue), kernel, params: regtest, inscriptions, reading }
  const at = async (height: number): Promise<OwnBlock | null> => {
    const header = headers[height]
    if (header === undefined) return null
    return { height, hash: headerHash(header), accumulator: await history.commitment(height) }
  }
  const [first, second] = [(await at(0)) as OwnBlock, (await at(1)) as OwnBlock]
  return { served: servedProgram(program, parts), at, first, second, close: () => store.close() }
}

it('is proved of all records up to the last, and judged by what the node itself has', async () => {
  const { served, first, at, close } = await nodeWith(1)
  expect(served).toMatchObject({ pace: null, onRequest: null })
  expect(await served.lastEvent?.(2)).toBe(0)
  const message = await served.prove(first, signal)
  if (message === null) throw new Error('nothing')
  expect(message).toMatchObject({ result: { height: 0, values: [expect.any(BigInt), 1n] } })
  expect(message.evidence).toMatchObject([{ attestations: [expect.any(Uint8Array)], content: null }])
  expect(jobs.at(-1)).toMatchObject({ priority: DEFAULT_PRIORITY, attempts: 2 })
  expect(await served.judge(message, { block: first, at })).toMatchObject({ ok: true })
  await close()
})

it('is nothing where its condition does not hold, or where its circuit takes no such records', async () => {
  const before = jobs.length
  for (const seq of [0, 2]) {
    const { served, first, close } = await nodeWith(seq)
    expect(await served.prove(first, signal)).toBe(null)
    await close()
  }
  expect(jobs).toHaveLength(before)
})

it('cannot be read where there are more records than it takes, or at a block that holds none', async () => {
  const { served, first, second, close } = await nodeWith(1, 3)
  expect(await served.lastEvent?.(2)).toBe(0)
  await expect(served.prove(first, signal)).rejects.toMatchObject({ code: 'E_INPUT' })
  await close()
  const other = await nodeWith(5)
  await expect(other.served.prove(second, signal)).rejects.toMatchObject({ code: 'E_MOVED' })
  const elsewhere = { ...other.first, hash: second.hash }
  await expect(other.served.prove(elsewhere, signal)).rejects.toMatchObject({ code: 'E_MOVED' })
  await other.close()
})
