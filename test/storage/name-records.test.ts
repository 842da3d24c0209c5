import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RecordPublisher } from '../../src/settlement/io/index.ts'
import { namePublication } from '../../storage/index.ts'
import { nameDraft } from '../../storage/records/drafts.ts'
import { PutScene } from './put-scene.ts'
import { alice, context, envelopeOf, paramsOf } from './record-scene.ts'

const paid = paramsOf([{ from: 0, satoshis: 10n }])

let scene: PutScene
beforeEach(async () => {
  scene = await PutScene.make(paid)
})
afterEach(() => scene.remove())

describe('the records of a name', () => {
  const publisher = () => {
    const inscriber = scene.inscriber()
    const resume = async () => void (await Array.fromAsync(inscriber.resume()))
    return new RecordPublisher({
      inscriber: { ...inscriberOf(inscriber), resume },
      client: { getBestBlock: async () => ({ height: 3, hash: scene.node.blocks[3]!.hash }) },
      wallet: alice,
    })
  }
  const inscriberOf = (inscriber: ReturnType<PutScene['inscriber']>) => ({
    inscribe: inscriber.inscribe.bind(inscriber),
    quote: inscriber.quote.bind(inscriber),
    standing: inscriber.standing.bind(inscriber),
  })
  const name = (digit: string) => namePublication('site', new Uint8Array(32).fill(Number.parseInt(digit.repeat(2), 16)))
  const held = () => {
    const { names } = scene.table
    const author = Buffer.from(alice.publicKey).toString('hex')
    return { id: names.resolve(author, 'site', scene.node.blocks.length)?.id, seq: names.last(author, 'site')?.seq }
  }

  it('come after those that are on their way', async () => {
    expect(await publisher().publish(name('a'))).not.toBeNull()
    expect(await publisher().publish(name('b'))).not.toBeNull()
    await scene.block()
    expect(held()).toEqual({ id: 'b'.repeat(64), seq: 2 })
  })

  it('come after those that somebody with the same key has sent, and the node has in its mempool', async () => {
    const elsewhere = await PutScene.make(paid)
    try {
      const draft = nameDraft('site', new Uint8Array(32).fill(0xcc), { ...context, seq: 7 })
      await elsewhere.inscriber().inscribe([envelopeOf(draft)])
      for (const [txid, tx] of elsewhere.node.pool) scene.node.pool.set(txid, tx)
      expect(await publisher().publish(name('d'))).not.toBeNull()
      await scene.block()
      expect(held()).toEqual({ id: 'd'.repeat(64), seq: 8 })
    } finally {
      await elsewhere.remove()
    }
  })

  it('are not paid for twice while one that says the same is on its way', async () => {
    expect(await publisher().publish(name('a'))).not.toBeNull()
    const before = [...scene.node.pool.keys()]
    expect(await publisher().publish(name('a'))).toBeNull()
    expect([...scene.node.pool.keys()]).toEqual(before)
    await scene.block()
    for (let i = 0; i < 6; i++) await scene.block()
    // What is final is renewed.
    expect(await publisher().publish(name('a'))).not.toBeNull()
  })
})
