import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { claimOf } from '../../storage/certificate/claim.ts'
import { replicationOf } from '../../storage/certificate/replication.ts'
import type { VerifiedKey } from '../../storage/certificate/verify-key.ts'
import { costToFake } from '../../storage/sampling/cost-to-fake.ts'
import { winProbability } from '../../storage/sampling/threshold.ts'
import { groundOf, hashOf, hashProofs, rules, tableOf, type WinSketch, winMessage } from './judged-wins.ts'
import { alice, blobOf, bob } from './record-scene.ts'

/** The block that draws. */
const TO = 40
const blob = { id: bytesToHex(blobOf(1n).id), height: 2 } as never
const challenge = { height: TO, blockHash: hashOf(TO) }

/** A key with these wins, each in a record that Bitcoin attests in time: that was checked before. */
function keyOf(wallet: typeof alice, sketches: readonly WinSketch[], drawn = 80): VerifiedKey {
  const wins = sketches
    .map((sketch) => winMessage({ wallet, ...sketch }))
    .map(({ claim, signed }) => ({ claim, signed }))
  return { key: bytesToHex(wallet.publicKey), peer: '11'.repeat(32), registered: 1, wins, drawn }
}

const judged = async (keys: readonly VerifiedKey[], ground = groundOf(50)) =>
  await replicationOf(ground, hashProofs, { blob, challenge, keys })

describe('the wins in a certificate', () => {
  it('are counted by the judge’s own table, with what is expected of a replica in the same blocks', async () => {
    const result = await judged([keyOf(alice, [{ height: 20 }, { height: 30 }, { height: 40 }]), keyOf(bob, [])])
    if (!result.ok) throw new Error(result.detail)
    const { partition, from, to, keys } = result.replication
    expect({ partition, from, to }).toEqual({ partition: 0, from: 0, to: TO })
    // Keys count six blocks after their record at 1; the table of six blocks before is empty up to block 7, whose tick is none.
    const table = tableOf()
    const chances = Array.from({ length: TO - 7 + 1 }, (_, i) =>
      winProbability(rules.threshold, table.blobs.fillAt(0, 7 + i - 6)),
    )
    const expected = chances.reduce((sum, chance) => sum + chance, 0)
    expect(keys[0]).toMatchObject({ wins: 3, ticks: 33, uncounted: [] })
    expect(keys[0]!.expected).toBeCloseTo(expected, 12)
    // Of so few blocks nothing is said: whoever chooses among a year's finds any number.
    expect(keys.map(({ wins, estimate }) => [wins, estimate])).toEqual([
      [3, null],
      [0, null],
    ])
    expect(keys[0]!.cost!.isFree).toBe(true)
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

  it('cost what they cost on average over the blocks that count, not what the last one does', async () => {
    const result = await judged([keyOf(alice, [])])
    if (!result.ok) throw new Error(result.detail)
    // 60 more chunks come to the next partition at 22; of this one 5 positions are used from 8 on, 8 from 18.
    const fills = Array.from({ length: TO - 7 }, (_, i) => tableOf().blobs.fillAt(0, 2 + i))
    const mean = fills.reduce((sum, fill) => sum + fill, 0) / fills.length
    expect(result.replication.keys[0]!.cost!.units).toBeCloseTo(costToFake(mean).units, 9)
    expect(mean).toBeLessThan(fills.at(-1) as number)
    const faster = await replicationOf(
      groundOf(50),
      hashProofs,
      { blob, challenge, keys: [keyOf(alice, [])] },
      { ownUnit: 1e-4 },
    )
    expect(faster.ok && faster.replication.keys[0]!.cost!.unitSeconds).toBe(1e-4)
  })

  it('end with the signal', async () => {
    const over = AbortSignal.abort()
    const keys = [keyOf(alice, [{ height: 25 }])]
    const judging = replicationOf(groundOf(50), hashProofs, { blob, challenge, keys }, { signal: over })
    await expect(judging).rejects.toThrow()
  })
})

describe('what is claimed of keys with wins', () => {
  const replicationWith = (leasts: readonly (number | null)[]) => {
    const keys = leasts.map((least, i) => ({
      ...{
        key: `${i}`.repeat(64),
        wins: 50,
        ticks: 900,
        from: 100,
        to: 1_008,
        expected: 84,
        cost: null,
        uncounted: [],
      },
      estimate: least === null ? null : { replicas: 0.8, least, most: 1 },
    }))
    return { partition: 0, from: 1, to: 1_008, keys }
  }
  const claimed = (leasts: readonly (number | null)[]) => {
    const keys = leasts.map((_, i) => ({ ...keyOf(alice, []), key: `${i}`.repeat(64) }))
    return claimOf(regtest, { challenge, keys }, replicationWith(leasts))
  }

  it('is that of the table of claims, for each key by its own wins', () => {
    const { says, notShown } = claimed([0.5, 0.3])
    expect(says).toContain('on average over the 900 blocks from 100 to 1008 at which it counts')
    expect(says).toContain('key 00000000… spent storage or so much computation on 0.50 of a replica or more')
    expect(says).toContain('key 11111111… spent storage or so much computation on 0.30 of a replica or more')
    expect(notShown.slice(0, 4)).toEqual([
      expect.stringContaining('separate copies'),
      expect.stringContaining('that these keys keep this blob'),
      expect.stringContaining('that it was storage'),
      expect.stringContaining('that the keys are independent'),
    ])
  })

  it.each([[[0.5, null]], [[0.5, 0.24]]])('of which one has none, copies are not shown: %j', (leasts) => {
    const { says, notShown } = claimed(leasts)
    expect(says).toContain('key 00000000… spent')
    expect(says).not.toContain('key 11111111…')
    expect(notShown[0]).toContain('separate copies')
    expect(notShown[3]).toContain('that the keys are independent')
  })

  it('is no more than without wins where no key has evidence', () => {
    const keys = [keyOf(alice, [])]
    const none = replicationWith([null])
    expect(claimOf(regtest, { challenge, keys }, none)).toEqual(claimOf(regtest, { challenge, keys }, null))
  })

  it('has beside it what a raw copy takes: the units that were drawn, each once', () => {
    const keys = [keyOf(alice, [], 5), keyOf(bob, [], 4)]
    expect(claimOf(regtest, { challenge, keys }, null).rawCopy).toMatchObject({ units: 4, coreSeconds: 4 * 0.99e-3 })
  })
})
