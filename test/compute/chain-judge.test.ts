import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { headerHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { bytesCommitment } from '../../src/compute/circuit/bytes-commitment.ts'
import { recordList } from '../../src/compute/input/record-list.ts'
import { resultBytes } from '../../src/compute/input/result-bytes.ts'
import { indexedRecords } from '../../src/compute/io/input/indexed-records.ts'
import { ChainJudge } from '../../src/compute/io/results/chain-judge.ts'
import type { CircuitProgram } from '../../src/compute/manifest/circuit-program.ts'
import type { Manifest } from '../../src/compute/manifest/manifest.ts'
import type { CircuitResult } from '../../src/compute/result/result-file.ts'
import type { Judgement } from '../../src/compute/results/judgement.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { InscriptionIndex, openStore } from '../../src/settlement/io/index.ts'
import { kernel } from '../storage/kernels.ts'
import { chainOf, echo, manifestOf, readerManifest, recordScript, resultAt, SOURCE, source } from './source-scene.ts'

const BYTES = 2 + 104 * 3
const listManifest = (bytes = BYTES, more = '') =>
  manifestOf(`version: 1
name: lists
dataSources: [{ kind: inscriptions, metaprotocol: wsc, recordKind: commitment }]
trigger: { onRequest: true }
program: { kind: circuit, circuit: a.circom, input: { signal: in, bytes: ${bytes}, commitment: list${more} }, outputs: [x, list] }
`)

/** Records in blocks 1, 2 and 3; the result of `SOURCE` that another program reads in block 2. */
const on = await chainOf([
  () => [],
  ([first]) => [[recordScript(resultAt(first!, 0), 'commitment')]],
  ([first]) => [[recordScript(resultAt(first!, 0))], [recordScript(resultAt(first!, 0), 'commitment')]],
  ([first]) => [[recordScript(resultAt(first!, 0), 'commitment')]],
  () => [],
])
const folder = await mkdtemp(join(tmpdir(), 'wsc-chain-judge-'))
const store = await openStore(folder, 'index')
const index = await InscriptionIndex.open(store, regtest)
for (const [height, block] of on.blocks.entries()) await index.connect(block, height)
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const PROGRAM = new Uint8Array(32).fill(7)
const latest = await (async () => {
  for await (const { id } of index.query({ kind: 'result' })) {
    return { block: { height: 2, hash: toDisplay(headerHash(on.headers[2]!)) }, result: { id } }
  }
  throw new Error('no record of a result')
})()

interface Around {
  /** Whether the program whose results are read is here, and one of its results counts. */
  readonly source?: boolean
  readonly counted?: boolean
}

/** What is found of a result, how many blocks were fetched for it, and how many proofs were verified. */
async function judged(
  manifest: Manifest<CircuitProgram>,
  result: CircuitResult,
  { source: isHere = true, counted = true }: Around = {},
) {
  let [blocks, proofs] = [0, 0]
  const verifier: ProofVerifier = {
    ...echo,
    verify: async (...given) => {
      proofs++
      return await echo.verify(...given)
    },
  }
  const own = { kind: 'circuit', id: PROGRAM, manifest, verifier }
  const open = async (id: string) => (id === bytesToHex(PROGRAM) ? own : isHere ? source : null)
  const client = {
    call: async ({ params: [hash] }: { readonly params: readonly unknown[] }) => {
      blocks++
      return on.blocks.find((one) => toDisplay(one.hash) === hash)?.bytes
    },
  }
  const judge = new ChainJudge({
    ...{ programs: { open }, headers: on.source, history: on.history, inscriptions: { index } },
    ...{ results: { latest: async () => ({ ok: true, counted: counted ? latest : null }) } },
    ...{ client, params: regtest, kernel },
  } as never)
  const found = await judge.judge(result, new AbortController().signal)
  return [wordOf(found), blocks, proofs]
}

const wordOf = (found: Judgement) => (found.state === 'valid' ? 'valid' : found.reason)

/** With a proof of these values. */
const resultOf = (height: number, values: readonly bigint[]): CircuitResult => {
  const blockHash = headerHash(on.headers[height]!)
  return { kind: 'circuit', program: PROGRAM, height, blockHash, values, proof: encodeField(values) }
}

describe('a result over records', async () => {
  const { records = [] } = (await indexedRecords(index, { recordKind: 'commitment' }, 3, 3)) ?? {}
  const list = bytesCommitment(kernel, recordList(records, BYTES))
  const honest = resultOf(3, [1n, list])

  test('that holds is valid, by one proof and the blocks of the records', async () => {
    expect(records).toHaveLength(3)
    expect(await judged(listManifest(), honest)).toEqual(['valid', 3, 1])
  })

  test('with a false proof costs that proof, and no block', async () => {
    const false1 = { ...honest, proof: new Uint8Array(64) }
    expect(await judged(listManifest(), false1)).toEqual(['proof-invalid', 0, 1])
  })

  test.each<[string, CircuitResult, Manifest<CircuitProgram>, string]>([
    ['of fewer values', resultOf(3, [list]), listManifest(), 'bad-outputs'],
    ['of more values', resultOf(3, [1n, list, 1n]), listManifest(), 'bad-outputs'],
    ['of another list', resultOf(3, [1n, list + 1n]), listManifest(), 'wrong-input'],
    ['of the block before the last record', resultOf(2, [1n, list]), listManifest(), 'wrong-input'],
    ['of a block after the last record', resultOf(4, [1n, list]), listManifest(), 'wrong-block'],
    ['of a block before all records', resultOf(0, [1n, list]), listManifest(), 'no-records'],
    ['of more records than the program reads', honest, listManifest(2 + 104 * 2), 'too-many-records'],
    [
      'whose condition does not hold',
      resultOf(3, [0n, list]),
      listManifest(BYTES, ', condition: x'),
      'condition-false',
    ],
  ])('%s costs neither a block nor a proof', async (_what, result, manifest, reason) => {
    expect(await judged(manifest, result)).toEqual([reason, 0, 0])
  })
})

describe('a result over another’s', () => {
  const bytes = resultBytes(resultAt(on.headers[0]!, 0), [7n, 5n])
  const honest = resultOf(2, [1n, bytesCommitment(kernel, bytes)])

  test('that holds is valid', async () => {
    expect(bytes.subarray(0, 32)).toEqual(SOURCE)
    expect(await judged(readerManifest, honest)).toEqual(['valid', 1, 1])
  })

  test('is refused for what is cheap to know before a block is fetched', async () => {
    expect(await judged(readerManifest, { ...honest, values: [1n] })).toEqual(['bad-outputs', 0, 0])
    expect(await judged(readerManifest, resultOf(3, honest.values))).toEqual(['wrong-block', 0, 0])
    expect(await judged(readerManifest, { ...honest, proof: new Uint8Array(64) })).toEqual(['proof-invalid', 0, 1])
    expect(await judged(readerManifest, resultOf(2, [1n, 5n]))).toEqual(['wrong-input', 1, 1])
    expect(await judged(readerManifest, honest, { counted: false })).toEqual(['no-result', 0, 0])
  })

  test('is not judged where that program is not here, though none of its results counts then', async () => {
    expect(await judged(readerManifest, honest, { source: false })).toEqual(['no-input', 0, 0])
    expect(await judged(readerManifest, honest, { source: false, counted: false })).toEqual(['no-input', 0, 0])
  })
})
