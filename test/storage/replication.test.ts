import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { claimOf } from '../../storage/certificate/claim.ts'
import { replicationOf } from '../../storage/certificate/replication.ts'
import type { VerifiedKey } from '../../storage/certificate/verify-key.ts'
import { winProbability } from '../../storage/sampling/threshold.ts'
import { groundOf, hashOf, hashProofs, rules, tableOf, type WinSketch, winMessage } from './judged-wins.ts'
import { alice, blobOf, bob } from './record-scene.ts'

/** The block that draws. */
const TO = 40
const blob = { id: bytesToHex(blobOf(1n).id), height: 2 } as never
const challenge = { height: TO, blockHash: hashOf(TO) }

/** A key with these wins, each in a record that Bitcoin attests in time: that was checked before. */
function keyOf(wallet: typeof alice, sketches: readonly WinSketch[]): VerifiedKey {
  const wins = sketches
    .map((sketch) => winMessage({ wallet, ...sketch }))
    .map(({ claim, signed }) => ({ claim, signed }))
  return { key: bytesToHex(wallet.publicKey), peer: '11'.repeat(32), registered: 1, wins }
}

const judged = async (keys: readonly VerifiedKey[], ground = groundOf(50)) =>
  await replicationOf(ground, hashProofs, { blob, challenge, keys })

describe('the wins in a certificate', () => {
  it('are counted by the judge’s own table, with what is expected of a replica in the same blocks', async () => {
    const result = await judged([keyOf(alice, [{ height: 20 }, { height: 30 }, { height: 40 }]), keyOf(bob, [])])
    if (!result.ok) throw new Error(result.detail)
    const { partition, from, to, keys } = result.replication
    expect({ partition, from, to }).toEqual({ partition: 0, from: 0, to: TO })
    // Keys count six blocks after their record at 1; the table of six blocks before is empty up to block 7.
    const table = tableOf()
    const chances = Array.from({ length: TO - 7 + 1 }, (_, i) =>
      winProbability(rules.threshold, table.blobs.fillAt(0, 7 + i - 6)),
    )
    const expected = chances.reduce((sum, chance) => sum + chance, 0)
    expect(keys[0]).toMatchObject({ wins: 3, ticks: 34, uncounted: [] })
    expect(keys[0]!.expected).toBeCloseTo(expected, 12)
    expect(keys[0]!.estimate!.replicas).toBeCloseTo(3 / expected, 12)
    expect(keys[1]).toMatchObject({ wins: 0, estimate: { replicas: 0, least: 0 } })
    expect(result.replication.cost.isFree).toBe(true)
  })

  it.each<[string, WinSketch, string]>([
    ['of another partition', { height: 30, partition: 1 }, 'other-partition'],
    ['after the block that draws', { height: 41 }, 'outside-window'],
    ['of a block that is not in the chain', { height: 30, blockHash: hashOf(30, 'fork') }, 'other-chain'],
    ['of a try that there was not', { height: 20, number: 8 }, 'no-such-try'],
    ['of a time when the partition was empty', { height: 7 }, 'empty-partition'],
    ['of a time when the key did not count', { height: 6 }, 'key-does-not-count'],
    ['whose proof does not hold', { height: 20, proof: () => new Uint8Array(32) }, 'proof-invalid'],
    ['whose proof is none', { height: 20, proof: () => new Uint8Array(31) }, 'proof-malformed'],
  ])('%s are not counted, and it is said why', async (_what, sketch, reason) => {
    const result = await judged([keyOf(alice, [{ height: 25 }, sketch])])
    expect(result.ok && result.replication.keys[0]).toMatchObject({
      ...{ wins: 1, uncounted: [{ height: sketch.height, reason }] },
    })
  })

  it('of another key’s proof are not counted', async () => {
    const copied = winMessage({ height: 20 }).claim.proof
    const result = await judged([keyOf(bob, [{ height: 20, proof: () => copied }])])
    expect(result.ok && result.replication.keys[0]).toMatchObject({ wins: 0, uncounted: [{ reason: 'proof-invalid' }] })
  })

  it('of a week before the certificate’s are not counted', async () => {
    const late = { height: 1_100, blockHash: hashOf(1_100) }
    const keys = [keyOf(alice, [{ height: 92 }, { height: 93 }])]
    const result = await replicationOf(groundOf(1_200), hashProofs, { blob, challenge: late, keys })
    expect(result.ok && result.replication).toMatchObject({
      ...{
        from: 93,
        to: 1_100,
        keys: [{ wins: 1, ticks: 1_008, uncounted: [{ height: 92, reason: 'outside-window' }] }],
      },
    })
  })

  it('are not judged on another chain, or by a table that has not this blob', async () => {
    const keys = [keyOf(alice, [{ height: 25 }])]
    expect(await judged(keys, groundOf(39))).toMatchObject({ ok: false, reject: 'other-chain' })
    expect(
      await judged(
        keys,
        groundOf(50, tableOf(), () => 'fork'),
      ),
    ).toMatchObject({ reject: 'other-chain' })
    const other = { blob: { id: '77'.repeat(32), height: 2 } as never, challenge, keys }
    expect(await replicationOf(groundOf(50), hashProofs, other)).toMatchObject({ reject: 'other-table' })
    const earlier = { blob: { ...(blob as object), height: 3 } as never, challenge, keys }
    expect(await replicationOf(groundOf(50), hashProofs, earlier)).toMatchObject({ reject: 'other-table' })
  })

  it('let more be said, and no more than the table of claims allows', async () => {
    const result = await judged([keyOf(alice, [{ height: 25 }])])
    if (!result.ok) throw new Error(result.detail)
    const [without, withWins] = [claimOf(regtest, TO, 1, null), claimOf(regtest, TO, 1, result.replication)]
    expect(without.notShown[0]).toContain('separate copies')
    expect(withWins.says).toContain('spent storage or so much computation, tick by tick')
    expect(withWins.notShown[0]).toContain('that the keys are independent')
    const none = await judged([keyOf(alice, [])])
    expect(claimOf(regtest, TO, 1, none.ok ? none.replication : null)).toEqual(without)
  })
})
