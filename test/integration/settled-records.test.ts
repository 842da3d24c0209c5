import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeEnvelope, fromDisplay, parseEnvelopes, regtest } from '../../src/bitcoin/index.ts'
import { attestInscription, encodeAttestation, openBlock, verifyProof } from '../../src/bus/index.ts'
import { bitcoindSource, History, historyStart, memoryTable, provedPlaces } from '../../src/bus/io/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { decodeRecord, recordContent, type WscRecord } from '../../src/settlement/index.ts'
import { fetchBlock, type IndexEntry, InscriptionIndex, openStore } from '../../src/settlement/io/index.ts'
import { BusPlace } from '../support/bus-place.ts'
import { builtInKey } from '../support/bus-proof.ts'
import { InscriberPlace } from '../support/inscriber-place.ts'
import { wellOf } from '../support/results.ts'
import { scanOf } from '../support/scan-of.ts'

/** Acceptance 2: records inscribed on a real node's chain, and checked where there is no node. */
let place: InscriberPlace
let bus: BusPlace
beforeAll(async () => {
  place = await InscriberPlace.make(3)
  bus = await BusPlace.make()
})
afterAll(async () => {
  await bus?.remove()
  await place?.remove()
})

const RECORDS = 50
const BATCH = 5
const TYPE = 'application/octet-stream'
/** From 100 B to 300 kB, each 1.177 times the one before. */
const sizes = Array.from({ length: RECORDS }, (_, i) => Math.round(100 * 3000 ** (i / (RECORDS - 1))))
const bodyOf = (n: number) => Uint8Array.from({ length: sizes[n]! }, (_, i) => (i * 31 + n) & 255)

interface Inscribed {
  readonly record: WscRecord
  readonly body: Uint8Array
}
/** By id, in the order in which they were inscribed. */
const inscribed = new Map<string, Inscribed>()
let entries: IndexEntry[]

function recordOf(n: number): Inscribed {
  const body = bodyOf(n)
  const fields = { v: 1 as const, kind: 'result', program: new Uint8Array(32), height: 1, seq: n }
  const content = { contentType: new TextEncoder().encode(TYPE), body }
  const blockHash = fromDisplay('ab'.repeat(32))
  return { record: place.wallet.signRecord({ ...fields, blockHash, output: sha256(body) }, content), body }
}

test('50 records of 100 B to 300 kB are inscribed, and no satoshi is lost', async () => {
  const before = await place.worth()
  let fees = 0n
  for (let from = 0; from < RECORDS; from += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => recordOf(from + i))
    const job = await place
      .inscriber()
      .inscribe(batch.map(({ record, body }) => encodeEnvelope(recordContent(record, TYPE, body))))
    fees += job.fees
    for (const [i, { id }] of job.inscriptions.entries()) inscribed.set(id, batch[i]!)
  }
  expect(inscribed.size).toBe(RECORDS)
  expect((await place.worth()) + fees).toBe(before)
})

test('the index finds them, and nothing else', async () => {
  const store = await openStore(join(place.dir, 'index'))
  const index = await InscriptionIndex.open(store, regtest)
  for await (const event of scanOf(place.node.client, index)) if (event.type === 'tip') break
  entries = await Array.fromAsync(index.query())
  await store.close()
  expect(entries.map(({ id }) => id)).toEqual([...inscribed.keys()])
  expect(entries.map(({ bodyLength }) => bodyLength)).toEqual(sizes)
  for (const { id, bodySha256, record } of entries) {
    expect(bodySha256).toBe(bytesToHex(sha256(inscribed.get(id)!.body)))
    expect(record).toMatchObject({ counts: true, sig: bytesToHex(inscribed.get(id)!.record.sig) })
  }
})

test('they are attested under one bus proof, to files', async () => {
  const { client, url, auth } = place.node
  const { height: tip } = await client.getBestBlock()
  await bus.prove('chain.proof', '--network', 'regtest', '--rpc', url, '--rpc-cookie', auth.file, '--to', String(tip))
  const verifier = new NativeVerifier(await builtInKey())
  const proof = await readFile(bus.file('chain.proof'))
  const { chain } = wellOf(await verifyProof(proof, { params: regtest, verifier, now: Date.now() / 1000 }))
  const history = await History.open(historyStart(regtest), memoryTable(), verifier)
  await history.sync(bitcoindSource(client), tip)
  const places = await provedPlaces(history, chain)
  await mkdir(bus.file('bodies'))
  let beside = 0
  for (const { id, height, blockHash } of entries) {
    const opened = openBlock(await fetchBlock(client, { params: regtest, height, hash: fromDisplay(blockHash) }))
    if (!opened.ok) throw new Error(opened.detail)
    const made = attestInscription(await places.place(height), opened.open, id.slice(0, 64), 0)
    if (!made.ok) throw new Error(made.detail)
    const bytes = encodeAttestation(made.attestation)
    beside = Math.max(beside, bytes.length - made.attestation.transaction!.length)
    await writeFile(bus.file(`${id}.attestation`), bytes)
  }
  console.log(
    `${entries.length} attestations under a proof of ${tip} headers, at most ${beside} bytes beside the reveal`,
  )
})

const checked = z.object({
  valid: z.literal(true),
  kind: z.literal('inscription'),
  height: z.int(),
  payload: z.object({
    id: z.string(),
    contentType: z.string(),
    metaprotocol: z.string(),
    metadata: z.string(),
    error: z.null(),
    record: z.object({ author: z.string(), sig: z.string(), counts: z.null() }),
    recordReject: z.null(),
  }),
})

async function check(id: string): Promise<z.infer<typeof checked> & { body: Uint8Array }> {
  const body = bus.file(`bodies/${id}`)
  const files = [bus.file(`${id}.attestation`), '--proof', bus.file('chain.proof'), '--body', body]
  const author = ['--author', bytesToHex(place.wallet.publicKey)]
  const { exit, stdout, stderr } = await bus.run('check', ...files, ...author, '--network', 'regtest', '--json')
  if (exit !== 0) throw new Error(`wsc check: exit ${exit}\n${stdout}${stderr}`)
  return { ...checked.parse(JSON.parse(stdout)), body: new Uint8Array(await readFile(body)) }
}

test('and each is checked by a process of its own, from these files alone', async () => {
  await place.node.pause()
  const began = performance.now()
  const todo = entries.values()
  const work = async () => {
    for (const { id, height } of todo) {
      const { payload, body, ...about } = await check(id)
      const wanted = inscribed.get(id)!
      expect([payload.id, about.height]).toEqual([id, height])
      expect(payload.record.sig).toBe(bytesToHex(wanted.record.sig))
      expect(Buffer.compare(body, wanted.body)).toBe(0)
      // The signature is checked over what the process gave back, not over what was inscribed.
      const text = (field: string) => new TextEncoder().encode(field)
      const { contentType, metaprotocol, metadata } = payload
      const fields = {
        contentType: text(contentType),
        metaprotocol: text(metaprotocol),
        metadata: hexToBytes(metadata),
      }
      const witness = [encodeEnvelope({ ...fields, body }), new Uint8Array(33)]
      const [envelope] = parseEnvelopes({ inputs: [{ witness }] })
      expect(decodeRecord(envelope!, regtest)).toMatchObject({ ok: true, record: wanted.record, contentType: TYPE })
    }
  }
  await Promise.all([work(), work()])
  const seconds = (performance.now() - began) / 1000
  console.log(`${entries.length} processes, two at a time: ${seconds.toFixed(1)} s`)
})

test('altered in its file, or asked for by another author, it is refused by name', async () => {
  const [id] = [...inscribed.keys()]
  const { record, body } = inscribed.get(id!)!
  const whole = new Uint8Array(await readFile(bus.file(`${id}.attestation`)))
  const find = (part: Uint8Array) => Buffer.from(whole).indexOf(part)
  const check = async (file: string, author: Uint8Array) => {
    const argv = [bus.file(file), '--proof', bus.file('chain.proof'), '--network', 'regtest', '--json']
    const { exit, stdout } = await bus.run('check', ...argv, '--author', bytesToHex(author))
    return [exit, (JSON.parse(stdout) as { reason: string | null }).reason]
  }
  for (const part of [record.program, record.sig, record.author, body.subarray(0, 40)]) {
    const at = find(part)
    expect(at).toBeGreaterThan(0)
    await writeFile(
      bus.file('altered'),
      whole.map((byte, i) => (i === at + 5 ? byte ^ 1 : byte)),
    )
    expect(await check('altered', record.author)).toEqual([1, 'wrong-commitment'])
  }
  expect(await check(`${id}.attestation`, record.author)).toEqual([0, null])
  expect(await check(`${id}.attestation`, new Uint8Array(32).fill(1))).toEqual([1, 'record:other-author'])
})
