import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { headerHash, mainnet } from '../../../src/bitcoin/index.ts'
import { encodeAttestation, encodeField } from '../../../src/bus/index.ts'
import { bytesCommitment } from '../../../src/compute/circuit/bytes-commitment.ts'
import type { OnceOfKeys } from '../../../src/compute/io/open-program.ts'
import { servedCircuit } from '../../../src/compute/io/service/served-circuit.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { readManifest } from '../../../src/compute/manifest/read-manifest.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import { encodeResult } from '../../../src/compute/result/result-file.ts'
import type { OnRequest, OwnBlock } from '../../../src/compute/service/served-program.ts'
import { aborted, bytesToHex, equalBytes, hexToBytes, rejection } from '../../../src/lib/index.ts'
import type { ProofVerifier } from '../../../src/proving/index.ts'
import { inscriptionAt, synthetic } from '../../bus/attestation-scene.ts'
import { kernel } from '../../storage/kernels.ts'
import { chainAround } from '../../support/attested-chain.ts'
import { readsNothing } from './compute-scene.ts'

const block = synthetic()
/** From its first block on, which holds the inscriptions. */
const own = { of: block, ...(await chainAround(block.headerBytes, 0, 6)) }
const FIRST = 0
const id = new Uint8Array(32).fill(7)
const body = new TextEncoder().encode('first')
const values = [7n, bytesCommitment(kernel, body)]

const verifier: ProofVerifier = {
  info: { scheme: 'spartan', keyId: '', setup: 'insecure-dev', publicValues: 2 },
  verify: async (_, given) =>
    equalBytes(given, encodeField(values)) ? { ok: true } : rejection('proof-invalid', 'other values'),
}

/** A program that reads five bytes; what proves and what verifies it have tests of their own. */
const program = (() => {
  const read = readManifest(readFileSync(new URL('../../../graphs/digits/graph.yaml', import.meta.url)))
  if (!read.ok || read.manifest.program.kind !== 'circuit') throw new Error('no circuit')
  const small = { input: { signal: 'pixel', commitment: 'image', bytes: 5 }, outputs: ['digit', 'image'] }
  const manifest = { ...read.manifest, program: { ...read.manifest.program, ...small } }
  return { kind: 'circuit', id, manifest, verifier, constraints: 100 } as unknown as OnceOfKeys
})()

/** Of the block at each height of the chain that attestations are made of. */
async function at(height: number): Promise<OwnBlock | null> {
  const header = own.headers[height - FIRST]
  if (header === undefined) return null
  const { accumulator, height: tip } = own.chain
  return { height, hash: headerHash(header), accumulator: height === tip ? accumulator : 1n }
}

const jobs: string[] = []
/** What proofs wait for. */
let gate: Promise<void> = Promise.resolve()
const queue = new LocalQueue(async (job, stopped) => {
  jobs.push(job.id)
  await Promise.race([gate, aborted(stopped)])
  const [input] = job.inputs
  expect(input).toEqual({ name: 'attested', bytes: body })
  const blockHash = hexToBytes(job.blockHash).reverse() as never
  return encodeResult({ kind: 'circuit', program: id, height: job.height, blockHash, values, proof: Uint8Array.of(1) })
})
await queue.start()
afterAll(() => queue.stop())

const inscriptions = { index: { tip: null, hashAt: async () => null, query: () => expect.fail() } }
const parts = { jobs: new SharedJobs(queue), kernel, params: mainnet, inscriptions, reading: readsNothing }
const served = servedCircuit(program, parts)
const evidence = [{ attestations: [encodeAttestation(inscriptionAt(own, 3, 0))], content: null }]
const { signal } = new AbortController()

async function prepare(asked: Parameters<OnRequest['prepare']>[0]) {
  const tip = (await at(own.chain.height)) as OwnBlock
  const prepared = await served.onRequest?.prepare(asked, { at, tip })
  if (prepared === undefined) throw new Error('it is proved on request')
  return prepared
}

describe('a circuit that is served', () => {
  it('is proved by the inscription that is attested, under the identity that its result has', async () => {
    const read = await prepare({ arguments: '', evidence })
    if (!read.ok) throw new Error(read.detail)
    const { identity, block: about, prove } = read.prepared
    expect(about).toEqual(await at(FIRST))
    const message = await prove(signal)
    expect(jobs).toEqual([identity])
    expect(served.identityOf(message)).toBe(identity)
    expect(message.evidence).toEqual(evidence)
    expect(await served.judge(message, { block: about, at })).toMatchObject({ ok: true })
    const other = { ...message.result, values: [8n, values[1] as bigint] } as typeof message.result
    expect(await served.judge({ ...message, result: other }, { block: about, at })).toMatchObject({
      reject: 'proof-invalid',
    })
    expect(await served.judge({ ...message, evidence: [] }, { block: about, at })).toMatchObject({
      reject: 'no-attestation',
    })
    const stream = { ...message.result, kind: 'stream', steps: 1, state: [], log: [] } as never
    expect(await served.judge({ ...message, result: stream }, { block: about, at })).toMatchObject({
      reject: 'wrong-kind',
    })
    // Whose chain is not that far yet waits, and blames nobody.
    const behind = async (height: number) => (height === own.chain.height ? null : await at(height))
    expect(await served.judge(message, { block: about, at: behind })).toMatchObject({ reject: 'attestation-ahead' })
  })

  it('is proved on for one who asked when another who asked the same no longer wants it', async () => {
    jobs.length = 0
    const { promise, resolve: open } = Promise.withResolvers<void>()
    gate = promise
    const [alice, mallory] = [await prepare({ arguments: '', evidence }), await prepare({ arguments: '', evidence })]
    if (!alice.ok || !mallory.ok) throw new Error('both are prepared')
    const leaving = new AbortController()
    const hers = alice.prepared.prove(signal)
    const left = mallory.prepared.prove(leaving.signal)
    leaving.abort()
    await expect(left).rejects.toMatchObject({ code: 'E_ABORTED' })
    open()
    expect((await hers).result).toMatchObject({ values })
    expect(jobs).toEqual([alice.prepared.identity])
    // Nobody waits any more, and it is forgotten.
    expect(await queue.status(alice.prepared.identity)).toEqual({ state: 'unknown' })
  })

  it.each([
    ['no-attestation', []],
    ['wrong-length', [{ attestations: [encodeAttestation(inscriptionAt(own, 3, 1))], content: null }]],
    ['attestation:not-an-attestation', [{ attestations: [Uint8Array.of(1)], content: null }]],
  ])('is not proved for what is no input: %s', async (reject, given) => {
    expect(await prepare({ arguments: '', evidence: given })).toMatchObject({ ok: false, reject })
  })

  it('of a chain that this node does not have is not proved', async () => {
    const tip = { ...((await at(own.chain.height)) as OwnBlock), accumulator: 5n }
    const elsewhere = async (height: number) => (height === tip.height ? tip : await at(height))
    const prepared = await served.onRequest?.prepare({ arguments: '', evidence }, { at: elsewhere, tip })
    expect(prepared).toMatchObject({ ok: false, reject: expect.stringMatching(/^attestation:/) })
  })

  it('is nobody’s lie where its proof may end in another block than ours, however deep, and one where it is the result’s', async () => {
    const tip = { ...((await at(own.chain.height)) as OwnBlock), accumulator: 5n }
    const about = (await at(FIRST)) as OwnBlock
    const result = { kind: 'circuit' as const, program: id, height: FIRST, blockHash: about.hash, values }
    const message = { result: { ...result, proof: Uint8Array.of(1) }, evidence }
    const reasonTo = async (last: number) => {
      const ground = async (height: number) =>
        height === tip.height ? tip : height > tip.height && height <= last ? { ...tip, height } : await at(height)
      const judged = await served.judge(message, { block: about, at: ground })
      return judged.ok ? 'ok' : judged.reject
    }
    expect(await reasonTo(tip.height)).toBe('other-chain')
    expect(await reasonTo(tip.height + 1_000)).toBe('other-chain')
    // Whoever proves up to the result's own block has that block.
    const ending = { ...inscriptionAt(own, 3, 0), tipHeight: FIRST, path: [] }
    const lie = { ...message, evidence: [{ attestations: [encodeAttestation(ending)], content: null }] }
    expect(await served.judge(lie, { block: about, at })).toMatchObject({
      reject: 'attestation:not-in-chain',
    })
  })

  it('with private arguments is proved for nobody', () => {
    const { manifest } = program
    const secret = { signal: 'secret', elements: 1, private: true as const }
    const secretive = { ...program, manifest: { ...manifest, program: { ...manifest.program, arguments: [secret] } } }
    expect(servedCircuit(secretive, parts).onRequest).toBeNull()
    expect(served.id).toBe(bytesToHex(id))
  })
})
