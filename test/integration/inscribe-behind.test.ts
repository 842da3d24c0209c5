import { afterAll, beforeAll, expect, test } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { codeOf, InscriberPlace, textEnvelope } from '../support/inscriber-place.ts'

/** A node that cannot know what became of a job is no witness of a double spend. */
let place: InscriberPlace
let other: RegtestBitcoind
beforeAll(async () => {
  place = await InscriberPlace.make(2)
  other = await RegtestBitcoind.start()
})
afterAll(async () => {
  await other.stop()
  await place.remove()
})

test('a node that is behind, or on another chain: E_NODE_BEHIND, nothing forgotten, nothing inscribed twice', async () => {
  const envelope = [textEnvelope('once')]
  const job = await place.inscriber().inscribe(envelope)
  const behind = () => place.inscriber({ client: other.client })
  const resume = async () => await Array.fromAsync(behind().resume())
  // Still downloading; then short of blocks; then with enough of them, but others.
  for (const blocks of [0, 5, 150]) {
    if (blocks > 0) await other.mine(blocks)
    for (const work of [() => behind().forget(job.id), () => behind().inscribe(envelope), resume]) {
      expect([blocks, await codeOf(work())]).toEqual([blocks, 'E_NODE_BEHIND'])
    }
  }
  expect((await place.inscriber().inscribe(envelope)).inscriptions).toEqual(job.inscriptions)
  expect((await place.freshIndex('fresh')).has(`id:${job.inscriptions[0]!.id}`)).toBe(true)
})

test('coins that something else spends in a block are a conflict', async () => {
  const envelope = [textEnvelope('rival')]
  const job = await place.inscriber().inscribe(envelope)
  const { rival, hash } = await place.rivalOf(job.id)
  await place.node.invalidateBlock(hash)
  await place.node.generateBlock([rival])
  await place.node.mine(1)
  expect(await codeOf(place.inscriber().inscribe(envelope))).toBe('E_CONFLICT')
})
