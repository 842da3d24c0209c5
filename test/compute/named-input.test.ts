import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schnorr } from '@noble/curves/secp256k1.js'
import { afterAll, describe, expect, it } from 'vitest'
import { mainnet, regtest } from '../../src/bitcoin/index.ts'
import { attestedInput } from '../../src/compute/input/attested-input.ts'
import { completeInput } from '../../src/compute/io/input/complete-input.ts'
import { dataSource, type InputSource } from '../../src/compute/manifest/data-sources.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { composeInscription, type Draft, type RecordSigner, signRecord } from '../../src/settlement/index.ts'
import { InscriptionIndex, openStore } from '../../src/settlement/io/index.ts'
import { encodeBlob, MemoryStore } from '../../storage/index.ts'
import { blobDraft, nameDraft } from '../../storage/records/drafts.ts'
import { inscriptionAt } from '../bus/attestation-scene.ts'
import { kernel } from '../storage/kernels.ts'
import { chainAround } from '../support/attested-chain.ts'
import { spend, syntheticBlock } from '../support/synthetic-block.ts'

const secret = (number: number) => new Uint8Array(32).fill(number)
const signer = (number: number): RecordSigner => ({
  params: regtest,
  signRecord: (record, content) =>
    signRecord(record, { ...content, params: regtest }, secret(number), new Uint8Array(32)),
})
const AUTHOR = bytesToHex(schnorr.getPublicKey(secret(3)))
const context = (seq: number) => ({ height: 0, blockHash: regtest.genesis.prevHash, seq })
const content = new TextEncoder().encode('what the name means')
const stored = await encodeBlob(
  kernel,
  (async function* () {
    yield content
  })(),
  new MemoryStore(),
)
if (!stored.ok) throw new Error(stored.detail)
const { blob } = stored
const OTHER = new Uint8Array(32).fill(9)

const envelope = (draft: Draft, by = 3) => {
  const made = composeInscription(draft, signer(by))
  if (!made.ok) throw new Error(made.detail)
  return made.envelope
}

/** A chain whose first block holds these records, the index of it, and what reads the first two of them as a named blob. */
async function sceneOf(records: readonly Uint8Array[], later: readonly Uint8Array[] = []) {
  const block = syntheticBlock(records.map((record, i) => spend(i, [record])))
  const own = { of: block, ...(await chainAround(block.headerBytes, 0, 6)) }
  const folder = await mkdtemp(join(tmpdir(), 'wsc-named-'))
  const store = await openStore(folder, 'index')
  closing.push(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const index = await InscriptionIndex.open(store, regtest)
  await index.connect(block, 0)
  const after = syntheticBlock(
    later.map((record, i) => spend(100 + i, [record])),
    { prevHash: block.hash },
  )
  await index.connect(after, 1)
  return async (source: InputSource, which: readonly number[] = [1, 2], params = regtest) => {
    const evidence = [{ attestations: which.map((at) => inscriptionAt(own, at, 0)), content }]
    const about = { chain: own.chain, params, kernel, sources: [source], length: content.length }
    const read = await attestedInput({ ...about, evidence })
    if (!read.ok) return read.reject
    const complete = await completeInput(index, [source], evidence, { ...read.input, blockHash: block.hash })
    return complete.ok ? read.input.ids[1] : complete.reject
  }
}
const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

const named = (name = `web3://site.${AUTHOR}:3669344250`) => dataSource.parse({ kind: 'storage', name }) as InputSource
const naming = (seq: number, id: Uint8Array | null = blob.id, name = 'site') =>
  envelope(nameDraft(name, id, context(seq)))
const published = envelope(blobDraft(blob, context(1)), 4)

describe('a blob that a name means', () => {
  it('is read by the record of the name, and that of the blob', async () => {
    const read = await sceneOf([naming(1), published])
    expect(await read(named())).toBe(bytesToHex(blob.id))
    expect(await read(named(), [2])).toBe('not-a-name')
  })

  it('is what it meant at that block: a record after it changes nothing, one in it that was hidden does', async () => {
    expect(await (await sceneOf([naming(1), published], [naming(2, OTHER)]))(named())).toBe(bytesToHex(blob.id))
    expect(await (await sceneOf([naming(1), published, naming(2, OTHER)]))(named())).toBe('stale-name')
    expect(await (await sceneOf([naming(1), published, naming(2, null)]))(named())).toBe('stale-name')
    // One whose number does not count says nothing.
    expect(await (await sceneOf([naming(5), published, naming(5, OTHER)]))(named())).toBe(bytesToHex(blob.id))
  })

  it.each([
    ['other-blob', naming(1, OTHER), undefined],
    ['taken-back', naming(1, null), undefined],
    ['other-name', naming(1, blob.id, 'other'), undefined],
    ['other-name', envelope(nameDraft('site', blob.id, context(1)), 5), undefined],
    ['other-network', naming(1), `web3://site.${AUTHOR}:${3652501241}`],
  ])('is none by another record: %s', async (reject, record, uri) => {
    expect(await (await sceneOf([record, published]))(named(uri))).toBe(reject)
  })

  it('takes both records, in their order', async () => {
    const read = await sceneOf([naming(1), published])
    expect(await read(named(), [2, 1])).toBe('not-a-name')
    expect(await read(named(), [1])).toBe('no-attestation')
    expect(await read(named(), [1, 2], mainnet)).toBe('other-network')
  })

  it.each([
    'site',
    `web3://${'ab'.repeat(32)}:3669344250`,
    `web3://site.${AUTHOR}:3669344250/path`,
    `web3://site.${AUTHOR}`,
    `web3://site.${AUTHOR}:1`,
  ])('is named in one form: %s', (name) => {
    expect(dataSource.safeParse({ kind: 'storage', name }).success).toBe(false)
  })
})
