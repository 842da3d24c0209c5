import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeEnvelope, fromDisplay, regtest } from '../../src/bitcoin/index.ts'
import {
  decodeRecord,
  InscriptionIndex,
  openStore,
  recordContent,
  scanBlock,
  scanChain,
} from '../../src/settlement/index.ts'
import { fetchBlock } from '../../src/settlement/scanner/fetch-block.ts'
import { InscriberPlace } from '../support/inscriber-place.ts'

let place: InscriberPlace
beforeAll(async () => {
  place = await InscriberPlace.make(3)
})
afterAll(() => place.remove())

const RECORDS = 50
const TYPE = 'application/octet-stream'
/** From 100 B to 300 kB, each 1.177 times the one before. */
const sizes = Array.from({ length: RECORDS }, (_, i) => Math.round(100 * 3000 ** (i / (RECORDS - 1))))
const bodyOf = (n: number) => Uint8Array.from({ length: sizes[n]! }, (_, i) => (i * 31 + n) & 255)

test('50 records of 100 B to 300 kB: inscribed, found, and read back as they were', async () => {
  const before = await place.worth()
  let fees = 0n
  const wanted = new Map<string, string>()
  for (let from = 0; from < RECORDS; from += 5) {
    const bodies = Array.from({ length: 5 }, (_, i) => bodyOf(from + i))
    const envelopes = bodies.map((body, i) => {
      const fields = { v: 1 as const, kind: 'result', program: new Uint8Array(32), height: 1, seq: from + i }
      const blockHash = fromDisplay('ab'.repeat(32))
      const content = { contentType: new TextEncoder().encode(TYPE), body }
      const record = place.wallet.signRecord({ ...fields, blockHash, output: sha256(body) }, content)
      return encodeEnvelope(recordContent(record, TYPE, body))
    })
    const job = await place.inscriber().inscribe(envelopes)
    fees += job.fees
    for (const [i, { id }] of job.inscriptions.entries()) wanted.set(id, bytesToHex(sha256(bodies[i]!)))
  }
  expect((await place.worth()) + fees).toBe(before)

  const store = await openStore(join(place.dir, 'many'))
  const index = await InscriptionIndex.open(store, regtest)
  for await (const event of scanChain({ client: place.node.client, index })) if (event.type === 'tip') break
  const entries = await index.query({ records: true })
  expect(new Map(entries.map(({ id, bodySha256 }) => [id, bodySha256]))).toEqual(wanted)
  expect(entries.map(({ bodyLength }) => bodyLength)).toEqual(sizes)
  for (const { id, blockHash } of entries) {
    const block = await fetchBlock(place.node.client, fromDisplay(blockHash))
    const found = [...scanBlock(block)].find(({ txid, envelope }) => `${txid}i${envelope.index}` === id)
    expect(decodeRecord(found!.envelope, regtest)).toMatchObject({ ok: true, contentType: TYPE })
  }
  await store.close()
})
