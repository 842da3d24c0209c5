import { afterAll, describe, expect, it } from 'vitest'
import { headerHash, regtest, toDisplay } from '../../../src/bitcoin/index.ts'
import { encodeAttestation, encodeField, poseidonOf } from '../../../src/bus/index.ts'
import { bytesCommitment } from '../../../src/compute/circuit/bytes-commitment.ts'
import { sourceResults } from '../../../src/compute/circuit/verify-source.ts'
import { attestedInscription } from '../../../src/compute/input/attested-inscription.ts'
import { resultBytes } from '../../../src/compute/input/result-bytes.ts'
import type { OnceOfKeys } from '../../../src/compute/io/open-program.ts'
import { requireSources, servedProgram } from '../../../src/compute/io/service/served-programs.ts'
import type { ServingParts } from '../../../src/compute/io/service/served-stream.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import type { Counted } from '../../../src/compute/results/latest.ts'
import type { OwnBlock } from '../../../src/compute/service/served-program.ts'
import { bytesToHex, rejection } from '../../../src/lib/index.ts'
import { kernel } from '../../storage/kernels.ts'
import { chainOf, echo, programs, readerManifest, recordScript, resultAt, SOURCE } from '../source-scene.ts'

/** Block 1 holds the first record of a result of block 0, block 2 another one of the same, 3 one of block 2. */
const on = await chainOf([
  () => [],
  ([first]) => [[recordScript(resultAt(first!, 0))]],
  ([first]) => [[recordScript(resultAt(first!, 0))]],
  (headers) => [[recordScript(resultAt(headers[2]!, 2))]],
])
const id = new Uint8Array(32).fill(7)
const program = {
  kind: 'circuit',
  id,
  manifest: readerManifest,
  verifier: echo,
  constraints: 1,
} as unknown as OnceOfKeys
const queue = new LocalQueue(async () => expect.fail())
afterAll(() => queue.stop())
const inscriptions = { index: { tip: null, hashAt: async () => null, query: () => expect.fail() } }

const records = await Promise.all([1, 2, 3].map((height) => on.inscription(height, 1)))
const ids = records.map((record) => {
  const read = attestedInscription(record, on.chain, poseidonOf(kernel))
  if (!read.ok) throw new Error(read.detail)
  return read.inscription.id
})

/** What an index of results says of this chain: the second record is a duplicate. */
async function latest(source: string, { height, hash }: { readonly height: number; readonly hash: string }) {
  expect(source).toBe(bytesToHex(SOURCE))
  if (hash !== toDisplay(headerHash(on.headers[height]!))) return rejection('moving', 'another block')
  const at = height >= 3 ? 3 : height >= 1 ? 1 : null
  const counted = at === null ? null : ({ result: { id: ids[at - 1] } } as Counted)
  return { ok: true as const, counted }
}
const sources = { programs: [bytesToHex(SOURCE)], verifier: sourceResults(programs), results: { latest } }
const reading = { period: () => expect.fail(), transactions: () => expect.fail() }
const parts = { jobs: new SharedJobs(queue), kernel, params: regtest, inscriptions, reading } as never as ServingParts
const served = servedProgram(program, { ...parts, sources })

async function at(height: number): Promise<OwnBlock | null> {
  const header = on.headers[height]
  if (header === undefined) return null
  const { accumulator, height: tip } = on.chain
  return { height, hash: headerHash(header), accumulator: height === tip ? accumulator : 1n }
}

/** What is said of a result that read this record, and of a request to prove it. */
async function said(height: number, of: number) {
  const evidence = [{ attestations: [records[height - 1]!, await on.header(of)].map(encodeAttestation), content: null }]
  const block = (await at(height)) as OwnBlock
  const values = [1n, bytesCommitment(kernel, resultBytes(resultAt(on.headers[of]!, of), [7n, 5n]))]
  const about = { program: id, height, blockHash: block.hash, proof: encodeField(values) }
  const judged = await served.judge({ result: { kind: 'circuit', ...about, values }, evidence }, { block, at })
  const tip = (await at(on.chain.height)) as OwnBlock
  const prepared = await served.onRequest?.prepare({ arguments: '', evidence }, { at, tip })
  return [judged, prepared].map((one) => (one?.ok === false ? one.reject : 'ok'))
}

describe('a circuit over results that is served', () => {
  it('is judged right, and proved, of the latest that counts', async () => {
    expect(await said(1, 0)).toEqual(['ok', 'ok'])
    expect(await said(3, 2)).toEqual(['ok', 'ok'])
  })

  it('is of no duplicate', async () => {
    expect(await said(2, 0)).toEqual(['not-the-latest', 'not-the-latest'])
  })

  it('is served where its source is', () => {
    requireSources(program, [bytesToHex(SOURCE)])
    expect(() => requireSources(program, [])).toThrow(
      expect.objectContaining({ code: 'E_PROGRAM', message: expect.stringContaining('which is not here') }),
    )
  })
})
