import { describe, expect, it } from 'vitest'
import { type Block, type BlockHash, sameHash, toDisplay, transactionId } from '../../src/bitcoin/index.ts'
import { openBlockInPieces } from '../../src/bus/attestation/build.ts'
import { OpenBlocks } from '../../src/bus/attestation/open-blocks.ts'
import { Attestor, type BlockSource } from '../../src/bus/index.ts'
import { inTurns, rejection } from '../../src/lib/index.ts'
import { spend, syntheticBlock } from '../support/synthetic-block.ts'
import { onSynthetic, opened } from './attestation-scene.ts'

const small = [1, 2, 3].map((number) => syntheticBlock([spend(number)]))
const [first, second, third] = small as [Block, Block, Block]

/** Gives blocks and notes which; `before` each. */
function counted(blocks: readonly Block[], before: (signal?: AbortSignal) => Promise<void> = async () => undefined) {
  const asked: BlockHash[] = []
  const source: BlockSource = {
    header: async () => null,
    locate: async () => rejection('unknown-block', 'there is no index'),
    block: async (hash, signal) => {
      asked.push(hash)
      await before(signal)
      const block = blocks.find((one) => sameHash(one.hash, hash))
      return block === undefined ? rejection('no-such-block', 'it is not here') : { ok: true, block }
    },
  }
  return { source, asked }
}

describe('blocks opened for attestations', () => {
  it('are read once for all who ask, at the same time and later', async () => {
    const { source, asked } = counted(small)
    const blocks = new OpenBlocks(source)
    const found = await Promise.all([first, first, second, first].map(({ hash }) => blocks.open(hash)))
    expect(found[0]).toEqual({ ok: true, open: opened(first) })
    expect(found[1]?.ok && found[1].open).toBe(found[0]?.ok && found[0].open)
    expect(await blocks.open(first.hash)).toMatchObject({ ok: true })
    expect(asked).toHaveLength(2)
    const elsewhere = new Uint8Array(32) as BlockHash
    expect(await blocks.open(elsewhere)).toMatchObject({ ok: false, reject: 'no-such-block' })
    expect(await blocks.open(elsewhere)).toMatchObject({ ok: false, reject: 'no-such-block' })
    expect(asked).toHaveLength(4)
  })

  it('are not read again by another attestor, or for what they do not hold', async () => {
    const { of, place } = onSynthetic
    const { source, asked } = counted([of])
    const blocks = new OpenBlocks(source)
    const places = { place: async () => place, hashAt: async () => of.hash }
    const ids = of.transactions.map((transaction) => toDisplay(transactionId(transaction)))
    for (const txid of [...ids, 'ab'.repeat(32)]) {
      const attestor = new Attestor(places, blocks)
      const made = await attestor.attest({ kind: 'tx', txid, height: place.height })
      expect(made.ok ? 'ok' : made.reject).toBe(txid.startsWith('abab') ? 'no-such-transaction' : 'ok')
    }
    expect(asked).toHaveLength(1)
  })

  it('go, the one longest unused first, where they take too much', async () => {
    const { source, asked } = counted(small)
    // Each has some hundred bytes and two dozen objects.
    const blocks = new OpenBlocks(source, 12_000)
    for (const { hash } of [first, second, first, third, first, third]) await blocks.open(hash)
    expect(asked).toEqual([first.hash, second.hash, third.hash])
    await blocks.open(second.hash)
    await blocks.open(third.hash)
    expect(asked).toEqual([first.hash, second.hash, third.hash, second.hash])
    const none = counted(small)
    const nothing = new OpenBlocks(none.source, 100)
    for (const { hash } of [first, first]) expect(await nothing.open(hash)).toMatchObject({ ok: true })
    expect(none.asked).toHaveLength(2)
  })

  it('are opened by the next who waits where the first leaves or its source fails', async () => {
    const leaving = new AbortController()
    const began = Promise.withResolvers<void>()
    const { source, asked } = counted(small, async (signal) => {
      began.resolve()
      if (signal === undefined) return
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const blocks = new OpenBlocks(source)
    const left = blocks.open(first.hash, leaving.signal)
    await began.promise
    const stays = blocks.open(first.hash)
    const alsoLeaves = blocks.open(first.hash, leaving.signal)
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    await expect(alsoLeaves).rejects.toThrow('gone')
    expect(await stays).toMatchObject({ ok: true })
    expect(asked).toHaveLength(2)
  })

  it('leave turns to others while they are hashed, and end with who leaves', async () => {
    const large = syntheticBlock(Array.from({ length: 600 }, (_, i) => spend(i & 255, [], i)))
    let pieces = 0
    const work = openBlockInPieces(large)
    let made = work.next()
    for (; made.done !== true; made = work.next()) pieces++
    // Both ids of the transactions, and both trees.
    expect(pieces).toBe(2 + 2 + 1 + 1)
    expect(made.value).toEqual({ ok: true, open: opened(large) })
    let turns = 0
    const others = setInterval(() => turns++, 0)
    expect(await inTurns(openBlockInPieces(large))).toMatchObject({ ok: true })
    clearInterval(others)
    expect(turns).toBeGreaterThan(0)
    await expect(inTurns(openBlockInPieces(large), AbortSignal.abort())).rejects.toMatchObject({ code: 'E_ABORTED' })
  })
})
