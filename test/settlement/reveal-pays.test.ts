import { Transaction } from 'bitcoinjs-lib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/lib/index.ts'
import { type Cost, POSTAGE } from '../../src/settlement/io/index.ts'
import { JobStore, paysOf } from '../../src/settlement/io/inscriber/job.ts'
import { textEnvelope } from '../support/inscriber-place.ts'
import { InscriberScene } from './inscriber-scene.ts'

let scene: InscriberScene
beforeEach(async () => {
  scene = await InscriberScene.make(3)
})
afterEach(() => scene.remove())

const burn = (value: bigint) => ({ script: hexToBytes('6a0477736362'), value })
const tip = (value: bigint) => ({ script: Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(2)), value })
const envelopes = [textEnvelope('one'), textEnvelope('two')]
const pays = [[burn(70n), burn(5n)], [tip(1_000n)]]

const attempts = async (id: string) => (await new JobStore(scene.store, scene.wallet.params).get(id))!.attempts
const transactions = (attempt: Awaited<ReturnType<typeof attempts>>[number]) => ({
  commit: Transaction.fromHex(attempt.commit.hex),
  reveals: attempt.reveals.map(({ hex }) => Transaction.fromHex(hex)),
})

describe('what reveals pay beside their inscriptions', () => {
  it('is paid for by the commit, after the output of the inscription', async () => {
    const costs: Cost[] = []
    const inscriber = scene.inscriber({ onCost: (cost) => costs.push(cost) })
    const quote = await inscriber.quote(envelopes, 2, pays)
    const { id } = await inscriber.inscribe(envelopes, 2, pays)
    expect(costs).toEqual([quote])
    expect([quote.paid, quote.postage]).toEqual([1_075n, 2n * POSTAGE])
    const { commit, reveals } = transactions((await attempts(id))[0]!)
    for (const [i, reveal] of reveals.entries()) {
      expect(reveal.outs).toEqual([{ script: scene.wallet.script, value: POSTAGE }, ...pays[i]!])
      const out = reveal.outs.reduce((sum, { value }) => sum + value, 0n)
      expect(commit.outs[i]!.value - out).toBe(quote.revealFees[i])
      expect(quote.revealVsizes[i]).toBe(reveal.virtualSize())
    }
    expect(scene.node.pool.size).toBe(3)
  })

  it('is part of what a job is, and not where nothing is paid', async () => {
    const inscriber = scene.inscriber()
    const one = await inscriber.inscribe([textEnvelope('x')], 1, [[burn(1n)]])
    expect((await inscriber.inscribe([textEnvelope('x')], 1, [[burn(1n)]])).id).toBe(one.id)
    const other = await inscriber.inscribe([textEnvelope('x')], 1, [[burn(2n)]])
    const none = await inscriber.inscribe([textEnvelope('x')], 1, [[]])
    expect((await inscriber.inscribe([textEnvelope('x')], 1)).id).toBe(none.id)
    expect(new Set([one.id, other.id, none.id]).size).toBe(3)
  })

  it('is not told as fees where a child pays for the reveals, and stays where a commit is replaced', async () => {
    const costs: Cost[] = []
    const inscriber = scene.inscriber({ onCost: (cost) => costs.push(cost) })
    const { id } = await inscriber.inscribe(envelopes, 2, pays)
    await inscriber.bump(id, 5)
    const [, bumped] = await attempts(id)
    expect(paysOf(bumped!)).toEqual(pays)
    await inscriber.accelerate(id, 20)
    expect(costs.map(({ paid }) => paid)).toEqual([1_075n, 1_075n, 1_075n])
    expect(costs[2]!.revealFees).toEqual(costs[1]!.revealFees)
  })

  it('is told to the node, which else refuses to burn', async () => {
    const sent: unknown[][] = []
    const node = scene.node
    const client = {
      call: (call: never) => {
        const { method, params } = call as { method: string; params: unknown[] }
        if (method === 'sendrawtransaction') sent.push(params.slice(1))
        return node.call(call)
      },
      batch: node.batch.bind(node),
      getBlockCount: node.getBlockCount.bind(node),
      getBlockHash: node.getBlockHash.bind(node),
    }
    await scene.inscriber({ client: client as never }).inscribe(envelopes, 2, pays)
    // Of one output at most, in bitcoins; nothing of the commit and of payments that can be spent.
    expect(sent).toEqual([[0], [0, 0.0000007], [0]])
  })

  it('is checked before anything is made', async () => {
    const inscriber = scene.inscriber()
    const wrong = [[[burn(1n)], [], []], [[burn(-1n)]], [[{ script: 'x', value: 1n }]], [[{ ...burn(1n), value: 1 }]]]
    for (const pays of wrong) {
      await expect(inscriber.inscribe(envelopes, 2, pays as never)).rejects.toMatchObject({ code: 'E_OPTIONS' })
      await expect(inscriber.quote(envelopes, 2, pays as never)).rejects.toMatchObject({ code: 'E_OPTIONS' })
    }
  })
})
