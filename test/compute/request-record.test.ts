import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { cancelOf, openRequests } from '../../src/compute/io/requests/open-requests.ts'
import { requestInput } from '../../src/compute/io/requests/request-input.ts'
import type { CircuitProgram } from '../../src/compute/manifest/circuit-program.ts'
import type { Manifest } from '../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { type RecordContent, recordDraft } from '../../src/compute/record-draft.ts'
import {
  cancelRecord,
  type InscribedRequest,
  MAX_REQUEST_BLOCKS,
  MAX_REQUEST_BYTES,
  placedRequest,
  readRequestBody,
  requestRecord,
} from '../../src/compute/requests/request-record.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import { composeInscription, type Draft, type RecordSigner, signRecord } from '../../src/settlement/index.ts'
import { InscriptionIndex, openStore } from '../../src/settlement/io/index.ts'
import { SMALL_MANIFEST } from '../support/small-graph.ts'
import { spend, syntheticBlock } from '../support/synthetic-block.ts'

const PROGRAM = 'ab'.repeat(32)
const ID = `${'0123456789abcdef'.repeat(4)}i7`
const REQUEST: InscribedRequest = {
  ...{ proofSystem: 'groth16', maxConstraints: 70_000, maxSatoshis: 5_000_000_000n, destination: 'inscription' },
  ...{ arguments: '{"root":"7"}', inputs: [ID, `${'ff'.repeat(32)}i4294967295`] },
}
const program = hexToBytes(PROGRAM)
/** As of the block before genesis. */
const numbered = (seq: number, content: RecordContent) =>
  recordDraft(content, { height: 0, blockHash: regtest.genesis.prevHash, seq })
const signer = (secret: number): RecordSigner => ({
  params: regtest,
  signRecord: (record, content) =>
    signRecord(record, { ...content, params: regtest }, new Uint8Array(32).fill(secret), new Uint8Array(32)),
})
const TYPE = 'application/wsc-request'

describe('the body of a request', () => {
  const { body } = requestRecord(program, REQUEST, 200)

  it('is read as it was written', () => {
    expect(readRequestBody(TYPE, body)).toEqual({ ok: true, request: REQUEST })
    const plain = { ...REQUEST, inputs: [], arguments: '{}', destination: 'asker' as const }
    expect(readRequestBody(TYPE, requestRecord(program, plain, 5).body)).toEqual({ ok: true, request: plain })
  })

  it('has one form', () => {
    for (let end = 0; end < body.length; end++) {
      const read = readRequestBody(TYPE, body.slice(0, end))
      // A list of inputs that ends early is another request, and no input is half there.
      if (read.ok) expect(requestRecord(program, read.request, 200).body).toEqual(body.slice(0, end))
    }
    for (const [at, to] of [
      [0, 2],
      [1, 3],
      [14, 2],
    ] as const) {
      const other = body.slice()
      other[at] = to
      expect(readRequestBody(TYPE, other)).toMatchObject({ reject: 'malformed' })
    }
    const many = { ...REQUEST, inputs: Array.from({ length: 5 }, () => ID) }
    expect(readRequestBody(TYPE, requestRecord(program, many, 200).body)).toMatchObject({ reject: 'malformed' })
  })

  it('of another type, or too long, is none', () => {
    expect(readRequestBody('text/plain', body)).toMatchObject({ reject: 'wrong-content-type' })
    expect(readRequestBody(TYPE, new Uint8Array(MAX_REQUEST_BYTES + 1))).toMatchObject({ reject: 'oversized' })
  })
})

describe('requests in blocks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-requests-'))
  const store = await openStore(folder, 'index')
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const [alice, mallory] = [signer(3), signer(4)]
  const index = await InscriptionIndex.open(store, regtest)
  let last = syntheticBlock([])
  await index.connect(last, 0)
  let [height, spent] = [0, 0]
  const mine = async (...records: readonly (readonly [Draft, RecordSigner])[]) => {
    const envelopes = records.map(([draft, by]) => {
      const made = composeInscription(draft, by)
      if (!made.ok) throw new Error(made.detail)
      return made.envelope
    })
    last = syntheticBlock(
      envelopes.map((envelope) => spend(spent++, [envelope])),
      { prevHash: last.hash },
    )
    return (await index.connect(last, ++height)).entries.map(({ id }) => id)
  }
  const open = async (program = PROGRAM) => (await openRequests(index, program)).map(({ id }) => id)
  const other = new Uint8Array(32).fill(0xcd)
  const asks = (seq: number, deadline: number, of: Uint8Array = program) =>
    numbered(seq, requestRecord(of, REQUEST, deadline))

  it('are open until they are over, and of their program', async () => {
    const [first, second, elsewhere] = await mine([asks(1, 3), alice], [asks(2, 2), alice], [asks(1, 9, other), alice])
    expect(await open()).toEqual([first, second])
    expect(await open(bytesToHex(other))).toEqual([elsewhere])
    await mine()
    expect(await open()).toEqual([first, second])
    await mine()
    expect(await open()).toEqual([first])
    await mine()
    expect(await open()).toEqual([])
  })

  it('are taken back by their author alone, for good', async () => {
    const [id] = await mine([asks(10, 100), alice])
    const placed = placedRequest((await index.get(id!))!)!
    await mine([numbered(1, cancelRecord(program, id!)), mallory])
    expect([await open(), await cancelOf(index, placed)]).toEqual([[id], null])
    // One of another program takes back nothing.
    await mine([numbered(2, cancelRecord(other, id!)), alice])
    expect(await open()).toEqual([id])
    const [cancel] = await mine([numbered(11, cancelRecord(program, id!)), alice])
    expect([await open(), await cancelOf(index, placed)]).toEqual([[], cancel])
  })

  it('are none where their seq does not count, they were over before, or would not end', async () => {
    expect(
      await mine([asks(5, 100), alice], [asks(20, height), alice], [asks(21, height + 2 + MAX_REQUEST_BLOCKS), alice]),
    ).toHaveLength(3)
    expect(await open()).toEqual([])
    const [kept] = await mine([asks(22, height + 1 + MAX_REQUEST_BLOCKS), alice])
    expect(await open()).toEqual([kept])
  })

  it('are none where they name a block that came no earlier than their own', async () => {
    const about = (at: number, seq: number) =>
      recordDraft(requestRecord(program, REQUEST, height + 9), { height: at, blockHash: regtest.genesis.prevHash, seq })
    const before = await open()
    const [kept] = await mine(
      [about(height, 30), alice],
      [about(height + 1, 31), alice],
      [about(0xffff_fff0, 32), alice],
    )
    expect(await open()).toEqual([...before, kept])
  })

  it('read what they name as of the block that they name, and nothing else', async () => {
    const read = readManifest(new TextEncoder().encode(SMALL_MANIFEST))
    if (!read.ok || read.manifest.program.kind !== 'circuit') throw new Error('no circuit')
    const manifest = read.manifest as Manifest<CircuitProgram>
    const [two, three] = await mine([{ body: Uint8Array.of(1, 7) }, alice], [{ body: Uint8Array.of(1, 2, 3) }, alice])
    const asking = async (inputs: readonly string[], at = height) => {
      const found = await requestInput(index, manifest, { inputs }, at)
      return found.ok ? [found.input.last?.height, found.input.sources[0]?.entries[0]?.id] : found.reject
    }
    expect(await asking([two!])).toEqual([height, two])
    expect(await asking([two!], height - 1)).toBe('input-not-found')
    expect(await asking([ID])).toBe('input-not-found')
    expect(await asking([three!])).toBe('wrong-length')
    expect(await asking([])).toBe('wrong-inputs')
    expect(await asking([two!, two!])).toBe('wrong-inputs')
  })

  it('name no blob and no result of another program', async () => {
    for (const source of ['storage', `result, program: ${PROGRAM}`]) {
      const text = SMALL_MANIFEST.replace('kind: inscription', `{ kind: ${source} }`).replace('bytes: 2', 'bytes: 100')
      const read = readManifest(new TextEncoder().encode(text))
      if (!read.ok) throw new Error(read.detail)
      const manifest = read.manifest as Manifest<CircuitProgram>
      expect(await requestInput(index, manifest, { inputs: [ID] }, height)).toMatchObject({ reject: 'not-by-record' })
    }
  })
})
