import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { openStorageGateway, type StorageGateway } from '../../src/node/index.ts'
import { openNativeStorage } from '../../src/proving/io/index.ts'
import { composeInscription, type Draft } from '../../src/settlement/index.ts'
import { blobId } from '../../storage/blob/id.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { MemorySeenNames, readBlob, storageParams } from '../../storage/index.ts'
import { blobDraft, nameDraft } from '../../storage/records/drafts.ts'
import { someBytes } from '../storage/bytes.ts'
import { REGTEST, ReadingPlace } from '../storage/reading-place.ts'
import { InscriberPlace } from '../support/inscriber-place.ts'

/** A gateway beside a real node: inscriptions and names of its chain, through a reorg. */
const kernel = openNativeStorage()
const content = someBytes(50_000)

let node: InscriberPlace
let place: ReadingPlace
let gateway: StorageGateway
let id: string
beforeAll(async () => {
  node = await InscriberPlace.make(4)
  place = await ReadingPlace.make()
  id = await place.blob(content)
  gateway = await openStorageGateway({
    ...{ host: '127.0.0.1', port: 0, params: storageParams(regtest), chain: REGTEST },
    state: join(node.dir, 'gateway'),
    sources: [place.blobs],
    client: node.node.client,
  })
  await gateway.service.start()
})
afterAll(async () => {
  await gateway?.service.stop()
  await place?.remove()
  await node?.remove()
})

/** Inscribes records in one block; their ids. */
async function publish(
  ...drafts: readonly ((context: { readonly height: number; readonly blockHash: BlockHash }) => Draft)[]
) {
  const { height, hash } = await node.node.client.getBestBlock()
  const envelopes = drafts.map((draft) => {
    const made = composeInscription(draft({ height, blockHash: hash }), node.wallet)
    if (!made.ok) throw new Error(made.detail)
    return made.envelope
  })
  const job = await node.inscriber().inscribe(envelopes, 1)
  await node.node.mine(1)
  await caughtUp()
  return job.inscriptions.map(({ id }) => id)
}

async function caughtUp(): Promise<void> {
  const { hash } = await node.node.client.getBestBlock()
  const table = gateway.table as NonNullable<StorageGateway['table']>
  const there = () => table.tip !== null && toDisplay(table.tip.hash) === toDisplay(hash)
  await new Promise<void>((resolve) => {
    const off = table.events.on('tip', () => {
      if (there()) done()
    })
    const done = () => {
      off()
      resolve()
    }
    if (there()) done()
  })
}

const at = (target: string, query = '') => `http://${gateway.ownHost()}/web3/${target}:${REGTEST}${query}`

test('a blob is read by its inscription and by a name, until a reorg takes them back', async () => {
  const facts = await place.blobs.content(id)
  if (facts === null) throw new Error('not there')
  const blob = { ...facts, coding: CODING, id: blobId(kernel, facts) as Uint8Array }
  const before = await node.node.client.getBestBlock()
  const found = await publish(
    (context) => blobDraft(blob, { ...context, seq: 1 }),
    (context) => nameDraft('site', blob.id, { ...context, seq: 1 }),
  )
  const [inscription = ''] = found
  const { height: tip } = await node.node.client.getBestBlock()
  const name = `site.${bytesToHex(node.wallet.publicKey)}`
  for (const target of [inscription, name]) {
    const answer = await fetch(at(target))
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=5, must-revalidate'])
    expect(Number(answer.headers.get('x-wsc-as-of'))).toBe(tip)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(content)
  }
  const seen = new MemorySeenNames()
  const options = { kernel, params: regtest, gateways: [`http://${gateway.ownHost()}`], seen }
  const read = await readBlob(`web3://${name}:${REGTEST}`, options)
  expect(read).toMatchObject({ ok: true, found: { id, asOf: tip, content: { size: content.length } } })

  const first = await node.node.client.getBlockHash(before.height + 1)
  await node.node.invalidateBlock(first as BlockHash)
  for (let height = before.height; height <= tip; height++) await node.node.generateBlock([])
  await caughtUp()
  for (const target of [inscription, name]) {
    const answer = await fetch(at(target))
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-store'])
  }
  expect(await readBlob(`web3://${name}:${REGTEST}`, options)).toMatchObject({ ok: false, reject: 'no-such-name' })
  expect((await fetch(at(id))).status).toBe(200)
})
