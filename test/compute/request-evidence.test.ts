import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Block, headerHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import type { OnceOfKeys } from '../../src/compute/io/open-program.ts'
import { openRequests } from '../../src/compute/io/requests/open-requests.ts'
import { requestSource } from '../../src/compute/io/requests/request-source.ts'
import { placedRequestOf, requestStanding } from '../../src/compute/io/requests/request-standing.ts'
import { servedCircuit } from '../../src/compute/io/service/served-circuit.ts'
import { SharedJobs } from '../../src/compute/io/service/shared-jobs.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { LocalQueue } from '../../src/compute/queue/local-queue.ts'
import { recordDraft } from '../../src/compute/record-draft.ts'
import { cancelRecord, type InscribedRequest, requestRecord } from '../../src/compute/requests/request-record.ts'
import type { OwnBlock } from '../../src/compute/service/served-program.ts'
import { bytesToHex, Emitter, hexToBytes } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { composeInscription, type Draft, type RecordSigner, scanBlock, signRecord } from '../../src/settlement/index.ts'
import { type IndexEntry, InscriptionIndex, openStore } from '../../src/settlement/io/index.ts'
import { kernel } from '../storage/kernels.ts'
import { chainAround } from '../support/attested-chain.ts'
import { spend, syntheticBlock } from '../support/synthetic-block.ts'
import { readsNothing } from './network/compute-scene.ts'

const signer = (secret: number): RecordSigner => ({
  params: regtest,
  signRecord: (record, content) =>
    signRecord(record, { ...content, params: regtest }, new Uint8Array(32).fill(secret), new Uint8Array(32)),
})
const envelope = (draft: Draft, secret = 3) => {
  const made = composeInscription(draft, signer(secret))
  if (!made.ok) throw new Error(made.detail)
  return made.envelope
}
const image = new TextEncoder().encode('image')
const input = syntheticBlock([spend(0, [envelope({ body: image })]), spend(1, [envelope({ body: Uint8Array.of(1) })])])
const own = await chainAround(input.headerBytes, 0, 6)

const id = new Uint8Array(32).fill(7)
const verifier: ProofVerifier = {
  info: { scheme: 'spartan', keyId: '', setup: 'insecure-dev', publicValues: 2 },
  verify: async () => ({ ok: true }),
}
const program = (() => {
  const read = readManifest(readFileSync(new URL('../../graphs/digits/graph.yaml', import.meta.url)))
  if (!read.ok || read.manifest.program.kind !== 'circuit') throw new Error('no circuit')
  const small = { input: { signal: 'pixel', commitment: 'image', bytes: 5 }, outputs: ['digit', 'image'] }
  const manifest = { ...read.manifest, program: { ...read.manifest.program, ...small } }
  return { kind: 'circuit', id, manifest, verifier, constraints: 100 } as unknown as OnceOfKeys
})()

const folder = await mkdtemp(join(tmpdir(), 'wsc-request-evidence-'))
const store = await openStore(folder, 'index')
const index = await InscriptionIndex.open(store, regtest)
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})
const blocks: Block[] = []
const connect = async (block: Block) => {
  blocks.push(block)
  return (await index.connect(block, blocks.length - 1)).entries.map((entry) => entry.id)
}
const after = (...envelopes: readonly Uint8Array[]) =>
  syntheticBlock(
    envelopes.map((one, i) => spend(10 * blocks.length + i, [one])),
    { prevHash: blocks.at(-1)?.hash as Uint8Array },
  )
const inscriptions = {
  index,
  events: new Emitter<never>(),
  async body({ id: wanted, height }: IndexEntry) {
    const found = [...scanBlock(blocks[height] as Block)].find((one) => `${one.txid}i${one.envelope.index}` === wanted)
    return found?.envelope.body ?? new Uint8Array()
  },
}
/** A bitcoind that gives these blocks. */
const client = {
  call: async ({ params: [hash] }: { readonly params: readonly unknown[] }) =>
    (blocks.find((one) => toDisplay(one.hash) === hash) as Block).bytes,
} as never

async function at(height: number): Promise<OwnBlock | null> {
  const header = own.headers[height]
  return header === undefined
    ? null
    : { height, hash: headerHash(header), accumulator: await own.history.commitment(height) }
}

it('a request is judged by the chain alone, and its input is shown to any peer, under the identity that its author computes', async () => {
  const [named, short] = (await connect(input)) as [string, string]
  const request: InscribedRequest = {
    ...{ proofSystem: 'spartan', maxConstraints: 100, maxSatoshis: 0n, destination: 'asker', arguments: '{}' },
    inputs: [named],
  }
  const head = (seq: number) => ({ height: 0, blockHash: input.hash, seq })
  const [asked] = await connect(after(envelope(recordDraft(requestRecord(id, request, 3), head(1)))))
  const [placed] = await openRequests(index, bytesToHex(id))
  if (placed === undefined) throw new Error('no request')
  expect(placed).toMatchObject({ id: asked, height: 1, deadline: 3 })

  const components = { client, params: regtest, programs: [program], history: own.history, inscriptions }
  const source = requestSource({ ...components, isAnswered: async () => false } as never)
  const read = await source.read(placed)
  expect(read).toEqual({ ok: true, request })
  const { signal } = new AbortController()
  const shown = await source.evidence(placed, request, signal)
  if (!shown.ok) throw new Error(`${shown.reject}: ${shown.detail}`)
  const queue = new LocalQueue(async () => expect.fail())
  const served = servedCircuit(program, {
    jobs: new SharedJobs(queue),
    kernel,
    params: regtest,
    inscriptions,
    reading: readsNothing,
  })
  const tip = (await at(0)) as OwnBlock
  const prepared = await served.onRequest?.prepare({ arguments: '{}', evidence: shown.evidence }, { at, tip })
  if (prepared?.ok !== true) throw new Error(prepared?.detail)
  expect(prepared.prepared.block).toEqual(tip)
  for (const [inputs, reject] of [
    [[short], 'wrong-length'],
    [[named, named], 'wrong-inputs'],
    [[`${'ab'.repeat(32)}i0`], 'input-not-found'],
  ] as const) {
    expect(await source.evidence(placed, { ...request, inputs }, signal)).toMatchObject({ reject })
  }

  let counted: string | null = null
  const results = { countedBy: async (identity: string) => (identity === prepared.prepared.identity ? counted : null) }
  const standing = async (inscription = asked as string) => {
    const found = await requestStanding({ inscriptions, results, kernel } as never, program, inscription)
    return found.ok ? [found.standing.state, found.standing.by, found.standing.identity] : found.reject
  }
  const { identity } = prepared.prepared
  expect(await standing()).toEqual(['open', null, identity])
  // Another has copied the request, under a key of its own, and the record itself, and was mined before its author.
  const draft = recordDraft(requestRecord(id, request, 3), head(1))
  const [copy, late] = await connect(after(envelope(draft, 4), envelope(draft)))
  expect(await standing(copy)).toEqual(['open', null, identity])
  expect(await standing(late)).toEqual(['open', null, identity])
  expect(await placedRequestOf(inscriptions, bytesToHex(id), late as string)).toEqual({ ok: true, placed })
  const [open, another] = await openRequests(index, bytesToHex(id))
  expect([open?.id, another?.id]).toEqual([asked, copy])
  expect(another?.author).not.toBe(placed.author)
  const [cancel] = await connect(after(envelope(recordDraft(cancelRecord(id, asked as string), head(2)))))
  expect(await standing()).toEqual(['cancelled', cancel, identity])
  expect(await standing(late)).toEqual(['cancelled', cancel, identity])
  expect(await standing(copy)).toEqual(['open', null, identity])
  counted = `${'cd'.repeat(32)}i0`
  for (const one of [asked, copy, late]) expect(await standing(one)).toEqual(['answered', counted, identity])
  const other = { ...program, id: hexToBytes('09'.repeat(32)) }
  expect(await requestStanding({ inscriptions, results, kernel } as never, other, asked as string)).toMatchObject({
    reject: 'wrong-program',
  })
  await queue.stop()
})
