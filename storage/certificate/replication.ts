import { sameHash } from '../../src/bitcoin/index.ts'
import { type Result, rejection } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { partitionPositions } from '../params.ts'
import { type CostOnNetwork, costOnNetwork } from '../sampling/cost-to-fake.ts'
import { type Estimate, estimateReplicas } from '../sampling/estimate.ts'
import { verifyWin, type WinGround, type WinReject } from '../sampling/judge-win.ts'
import { winProbability } from '../sampling/threshold.ts'
import { TABLE_LAG, WINDOW_TICKS } from '../sampling/ticks.ts'
import type { VerifiedCertificate } from './verify.ts'
import type { VerifiedKey } from './verify-key.ts'

/** The judge's own chain and table do not go with the certificate. */
export type ReplicationReject =
  /** Its chain has another block, or none yet, where the certificate's draws. */
  | 'other-chain'
  /** Its table does not have the blob as the certificate does. */
  | 'other-table'

/** Why a record that a certificate carries is not counted. */
export type UncountedWin = WinReject | 'other-partition' | 'outside-window'

/** What one key's attested wins show of the blob's partition. */
export interface KeyReplication {
  readonly key: string
  /** Verified, timely, of distinct blocks. */
  readonly wins: number
  /** Blocks of the window at which the key counts. */
  readonly ticks: number
  /** Wins of a whole replica in these. */
  readonly expected: number
  /** Replicas that the wins speak for; null where nothing is expected yet. It is not cut at the one that a key has. */
  readonly estimate: Estimate | null
  /** Records that are not counted, with the reason of each. */
  readonly uncounted: readonly { readonly height: number; readonly reason: UncountedWin }[]
}

/** What the wins in a certificate show to who has the table. */
export interface Replication {
  readonly partition: number
  /** The window: up to a week of blocks, of which the last is the one that draws. Who makes a certificate chooses that block. */
  readonly from: number
  readonly to: number
  readonly keys: readonly KeyReplication[]
  /** Of one replica, a tick. */
  readonly cost: CostOnNetwork
}

/** What the certificate shows of replicas, or why nothing of it can be judged here. */
export type ReplicationResult = Result<{ readonly replication: Replication }, ReplicationReject>

/**
 * Judges the wins that a verified certificate carries, by the judge's own chain and table: nothing that a file says of a
 * table is believed. Wins that are left out count as none, so that who inscribes few of them is estimated low.
 */
export async function replicationOf(
  ground: WinGround,
  verifier: Pick<ProofVerifier, 'verify'>,
  { blob, challenge, keys }: Pick<VerifiedCertificate, 'blob' | 'challenge' | 'keys'>,
): Promise<ReplicationResult> {
  const { height: to, blockHash } = challenge
  const ours = ground.hashAt(to)
  if (ours === null || !sameHash(ours, blockHash)) {
    return rejection('other-chain', `the chain here has another block at height ${to}, or none yet`)
  }
  const entry = ground.table.blobs.entry(blob.id)
  if (entry === null || entry.height !== blob.height) {
    return rejection('other-table', `the table here has no blob ${blob.id} of height ${blob.height}`)
  }
  const { params } = ground.rules
  const partition = Math.floor(entry.first / partitionPositions(params))
  const from = Math.max(0, to - WINDOW_TICKS + 1)
  const judged: KeyReplication[] = []
  for (const key of keys) judged.push(await judgeKey(ground, verifier, key, { partition, from, to }))
  const cost = costOnNetwork(params, ground.table.blobs.fillAt(partition, to - TABLE_LAG))
  return { ok: true, replication: { partition, from, to, keys: judged, cost } }
}

async function judgeKey(
  ground: WinGround,
  verifier: Pick<ProofVerifier, 'verify'>,
  { key, wins }: VerifiedKey,
  window: { readonly partition: number; readonly from: number; readonly to: number },
): Promise<KeyReplication> {
  const { partition, from, to } = window
  const { rules, table } = ground
  let [ticks, expected, counted] = [0, 0, 0]
  for (let tick = from; tick <= to; tick++) {
    if (!table.providers.counts(key, tick)) continue
    ticks++
    expected += winProbability(rules.threshold, table.blobs.fillAt(partition, tick - TABLE_LAG))
  }
  const uncounted: { height: number; reason: UncountedWin }[] = []
  for (const { claim, signed } of wins) {
    const { height } = claim
    const refuse = (reason: UncountedWin) => uncounted.push({ height, reason })
    if (claim.partition !== partition) refuse('other-partition')
    else if (height < from || height > to) refuse('outside-window')
    else {
      const verified = await verifyWin(ground, verifier, signed)
      if (verified.ok) counted++
      else refuse(verified.reject)
    }
  }
  const estimate = expected > 0 ? estimateReplicas(counted, expected) : null
  return { key, wins: counted, ticks, expected, estimate, uncounted }
}
