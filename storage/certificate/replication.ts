import { sameHash } from '../../src/bitcoin/index.ts'
import { type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { partitionPositions } from '../params.ts'
import { type CostOnNetwork, costOnNetwork } from '../sampling/cost-to-fake.ts'
import { countTicks } from '../sampling/counted-ticks.ts'
import { type Estimate, estimateChosenKey } from '../sampling/estimate.ts'
import { verifyWin, type WinGround, type WinReject } from '../sampling/judge-win.ts'
import { WINDOW_TICKS } from '../sampling/ticks.ts'
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
  /** Blocks of the window at which the key counts and the partition was not empty, the first and the last of them; null where there are none. */
  readonly ticks: number
  readonly from: number | null
  readonly to: number | null
  /** Wins of a whole replica in these, on average. */
  readonly expected: number
  /** Of its one replica; null where too few wins are expected. */
  readonly estimate: Estimate | null
  /** Of one replica, a tick, on average over these; null where there are none. */
  readonly cost: CostOnNetwork | null
  /** Records that are not counted, with the reason of each. */
  readonly uncounted: readonly { readonly height: number; readonly reason: UncountedWin }[]
}

/** What the wins in a certificate show to who has the table. */
export interface Replication {
  readonly partition: number
  /** The window: up to a week of blocks, of which the last is the one that draws. Who makes a certificate chooses that block: intervals allow for it. */
  readonly from: number
  readonly to: number
  readonly keys: readonly KeyReplication[]
}

/** What the certificate shows of replicas, or why nothing of it can be judged here. */
export type ReplicationResult = Result<{ readonly replication: Replication }, ReplicationReject>

/**
 * Judges the wins that a verified certificate carries, by the judge's own chain and table: nothing that a file says of a
 * table is believed. Wins that are left out count as none, so that who inscribes few of them is estimated low.
 *
 * @param ownUnit core-seconds that encoding a unit takes here, where known
 */
export async function replicationOf(
  ground: WinGround,
  verifier: Pick<ProofVerifier, 'verify'>,
  { blob, challenge, keys }: Pick<VerifiedCertificate, 'blob' | 'challenge' | 'keys'>,
  { ownUnit, signal }: { readonly ownUnit?: number; readonly signal?: AbortSignal | undefined } = {},
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
  for (const key of keys) {
    const wins = await countWins(ground, verifier, key, { partition, from, to }, signal)
    judged.push({ key: key.key, ...wins, ...expectedOf(ground, key, { partition, from, to }, wins.wins, ownUnit) })
  }
  return { ok: true, replication: { partition, from, to, keys: judged } }
}

interface Window {
  readonly partition: number
  readonly from: number
  readonly to: number
}

async function countWins(
  ground: WinGround,
  verifier: Pick<ProofVerifier, 'verify'>,
  { wins }: VerifiedKey,
  { partition, from, to }: Window,
  signal: AbortSignal | undefined,
): Promise<Pick<KeyReplication, 'wins' | 'uncounted'>> {
  let counted = 0
  const uncounted: { height: number; reason: UncountedWin }[] = []
  for (const { claim, signed } of wins) {
    throwIfAborted(signal)
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
  return { wins: counted, uncounted }
}

/** What its wins say, by what a replica would have won, and would have cost to fake, in the same blocks. */
function expectedOf(
  { rules, table }: WinGround,
  { key }: VerifiedKey,
  { partition, from, to }: Window,
  wins: number,
  ownUnit: number | undefined,
): Pick<KeyReplication, 'ticks' | 'from' | 'to' | 'expected' | 'estimate' | 'cost'> {
  const counts: number[] = []
  for (let tick = from; tick <= to; tick++) if (table.providers.counts(key, tick)) counts.push(tick)
  const { ticks, expected, meanFill } = countTicks(rules, table.blobs, partition, counts)
  const cost = meanFill === null ? null : costOnNetwork(rules.params, meanFill, ownUnit)
  const estimate = estimateChosenKey(wins, expected)
  return { ticks: ticks.length, from: ticks[0] ?? null, to: ticks.at(-1) ?? null, expected, estimate, cost }
}
