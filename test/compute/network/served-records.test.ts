import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { headerHash, regtest } from '../../../src/bitcoin/index.ts'
import { decodeAttestation, encodeAttestation } from '../../../src/bus/index.ts'
import { bytesCommitment } from '../../../src/compute/circuit/bytes-commitment.ts'
import { attestedInput } from '../../../src/compute/input/attested-input.ts'
import type { RecordIndex } from '../../../src/compute/io/input/record-index.ts'
import type { OnceOfKeys } from '../../../src/compute/io/open-program.ts'
import { servedCircuit } from '../../../src/compute/io/service/served-circuit.ts'
import { servedProgram } from '../../../src/compute/io/service/served-programs.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { inputSources } from '../../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../../src/compute/manifest/read-manifest.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import type { OwnBlock } from '../../../src/compute/service/served-program.ts'
import type { ProofVerifier } from '../../../src/proving/index.ts'
import { signRecord } from '../../../src/settlement/index.ts'
import { InscriptionIndex, openStore } from '../../../src/settlement/io/index.ts'
import { inscriptionAt } from '../../bus/attestation-scene.ts'
import { CONTENT_TYPE, fields, inscribed, SECRET_KEY } from '../../settlement/record-fixture.ts'
import { kernel } from '../../storage/kernels.ts'
import { chainAround } from '../../support/attested-chain.ts'
import { spend, syntheticBlock } from '../../support/synthetic-block.ts'
import { readsNothing } from './compute-scene.ts'

/** In each transaction one record; the third is of a kind that the program does not read. */
const block = syntheticBlock(
  ['commitment', 'commitment', 'result', 'commitment'].map((kind, i) => {
    const body = Uint8Array.of(i)
    const content = { params: regtest, contentType: new TextEncoder().encode(CONTENT_TYPE), body }
    const record = signRecord({ ...fields, kind, seq: i }, content, SECRET_KEY, new Uint8Array(32))
    return spend(i, [inscribed(record, body)])
  }),
)
const own = { of: block, ...(await chainAround(block.headerBytes, 0, 6)) }
const attestations = [1, 2, 4].map((transaction) => encodeAttestation(inscriptionAt(own, transaction, 0)))

const folder = await mkdtemp(join(tmpdir(), 'wsc-served-records-'))
const store = await openStore(folder, 'index')
const index = await InscriptionIndex.open(store, regtest)
await index.connect(block, 0)
const queue = new LocalQueue(async () => expect.fail())
afterAll(async () => {
  await queue.stop()
  await store.close()
  await rm(folder, { recursive: true })
})

/** The proof holds whatever it is of: what an honest prover makes of the list that it is given. */
const verifier: ProofVerifier = {
  info: { scheme: 'spartan', keyId: '', setup: 'insecure-dev', publicValues: 4 },
  verify: async () => ({ ok: true }),
}
const id = new Uint8Array(32).fill(7)
const read = readManifest(readFileSync(new URL('../../../graphs/records/graph.yaml', import.meta.url)))
if (!read.ok || read.manifest.program.kind !== 'circuit') throw new Error('no circuit')
const { manifest } = read
const program = { kind: 'circuit', id, manifest, verifier, constraints: 1 } as unknown as OnceOfKeys
const parts = (known: RecordIndex) => ({
  ...{ jobs: new SharedJobs(queue), kernel, params: regtest, inscriptions: { index: known }, reading: readsNothing },
})
const servedBy = (known: RecordIndex) => servedCircuit(program, parts(known))

async function at(height: number): Promise<OwnBlock | null> {
  const header = own.headers[height]
  if (header === undefined) return null
  const { accumulator, height: tip } = own.chain
  return { height, hash: headerHash(header), accumulator: height === tip ? accumulator : 1n }
}

/** What is said of a result that was proved of these records, and of a request to prove it. */
async function said(which: readonly number[], known: RecordIndex = index) {
  const some = which.map((i) => attestations[i] as Uint8Array)
  const evidence = [{ attestations: some, content: null }]
  const decoded = some.map((bytes) => {
    const one = decodeAttestation(bytes)
    if (!one.ok) throw new Error(one.detail)
    return one.attestation
  })
  const { chain } = own
  const about = { chain, params: regtest, kernel, sources: inputSources(manifest), length: 3330 }
  const input = await attestedInput({ ...about, evidence: [{ attestations: decoded }] })
  if (!input.ok) throw new Error(input.detail)
  const [first, tip] = [(await at(0)) as OwnBlock, (await at(chain.height)) as OwnBlock]
  const values = [bytesCommitment(kernel, input.input.bytes), 3n, 1n, 5n]
  const head = { program: id, height: 0, blockHash: first.hash, proof: Uint8Array.of(1) }
  const message = { result: { kind: 'circuit' as const, ...head, values }, evidence }
  const served = servedBy(known)
  const judged = await served.judge(message, { block: first, at })
  const prepared = await served.onRequest?.prepare({ arguments: '', evidence }, { at, tip })
  return [judged, prepared].map((one) => (one?.ok === false ? one.reject : 'ok'))
}

describe('a circuit over records that runs on events', () => {
  const text = readFileSync(new URL('../../../graphs/records/graph.yaml', import.meta.url), 'utf8')
  const entry = (height: number, record: object | null = {}) => ({ height, record })
  /** Of an index that holds these, whatever is asked for. */
  const lastOf = async (entries: readonly object[], to: number) => {
    const known = {
      ...{ tip: null, hashAt: async () => null },
      async *query({ to: last }: { readonly to: number }) {
        for (const one of entries as ReturnType<typeof entry>[]) if (one.height <= last) yield one
      },
    } as unknown as RecordIndex
    return await servedProgram(program, parts(known)).lastEvent?.(to)
  }

  it('is due at the last block that holds a record, whatever else is inscribed', async () => {
    const entries = [entry(3), entry(5), entry(8, null), entry(9)]
    expect(await lastOf(entries, 2)).toBe(null)
    expect(await lastOf(entries, 4)).toBe(3)
    expect(await lastOf(entries, 8)).toBe(5)
    expect(await lastOf(entries, 20)).toBe(9)
  })

  it('is due no more after the first record too many, at whose block it fails', async () => {
    const entries = Array.from({ length: 40 }, (_, i) => entry(i))
    expect(await lastOf(entries, 31)).toBe(31)
    expect(await lastOf(entries, 100)).toBe(32)
  })

  it.each([
    ['no kind', '    recordKind: commitment\n', ''],
    ['the kind of results, of any program', 'commitment', 'result'],
    ['an argument', 'circuit: records.circom', 'circuit: records.circom\n  arguments: [{ signal: a }]'],
    ['an inscription beside it', 'dataSources:\n', 'dataSources:\n  - { kind: inscription, bytes: 10 }\n'],
    ['everyBlocks', 'onEvent: true', 'everyBlocks: 1'],
    ['more records than a message shows', 'bytes: 3330', 'bytes: 6762', /onEvent a list has 64 records at most/],
    ['a length that no list has', 'bytes: 3330', 'bytes: 3331', /a list of records has 2 bytes and 104 for each/],
  ])('has no manifest with %s', (_what, from, to, detail = /trigger/) => {
    const changed = text.replace(from, to)
    expect(changed).not.toBe(text)
    expect(readManifest(new TextEncoder().encode(changed))).toMatchObject({
      reject: 'bad-manifest',
      detail: expect.stringMatching(detail),
    })
  })

  it('may read results of one program that is named', () => {
    const one = `kind: inscriptions\n    program: ${'ab'.repeat(32)}`
    const changed = text.replace('kind: inscriptions', one).replace('commitment', 'result')
    expect(readManifest(new TextEncoder().encode(changed))).toMatchObject({ ok: true })
  })
})

describe('a circuit over records that is served', () => {
  it('is proved, and judged right, of all records of its source, in whatever order they are attested', async () => {
    expect(await said([0, 1, 2])).toEqual(['ok', 'ok'])
    expect(await said([2, 0, 1])).toEqual(['ok', 'ok'])
  })

  it.each([[[0, 1]], [[0, 2]], [[1, 2]], [[0]], [[1]], [[2]]])('is of no list that lacks some: %j', async (which) => {
    expect(await said(which)).toEqual(['incomplete-records', 'incomplete-records'])
  })

  it('is judged once the index has the block, and while it stays there', async () => {
    const none = { tip: null, hashAt: async () => null, query: () => expect.fail() }
    expect(await said([0, 1, 2], none)).toEqual(['moving', 'moving'])
    const other = { tip: index.tip, hashAt: async () => 'ab'.repeat(32), query: () => expect.fail() }
    expect(await said([0, 1, 2], other)).toEqual(['moving', 'moving'])
    let asked = 0
    const leaving: RecordIndex = {
      tip: index.tip,
      hashAt: async (height) => (asked++ % 2 === 0 ? await index.hashAt(height) : 'ab'.repeat(32)),
      query: (query) => index.query(query),
    }
    expect(await said([0, 1], leaving)).toEqual(['moving', 'moving'])
  })
})
