import { type NetworkParams, toDisplay } from '../../src/bitcoin/index.ts'
import type { Rejection } from '../../src/lib/index.ts'
import { claimOf } from './claim.ts'
import type { Replication, ReplicationReject } from './replication.ts'
import type { VerifiedCertificate, VerifyCertificateResult } from './verify.ts'

/** What replicas exist is told by wins, and by them only to who has the table: this is said of every other certificate. */
export const REPLICATION_NOT_SHOWN = 'not shown'

/** The object `wsc storage verify --json` prints. What is refused has shown nothing: its fields are null. */
export function certificateJson(
  result: VerifyCertificateResult | Rejection<string>,
  network: NetworkParams,
  /** What its wins show to who has the table, or why nothing of it could be judged; null for who has none. */
  replication: Replication | Rejection<ReplicationReject> | null = null,
): Record<string, unknown> {
  if (result.ok) return verifiedJson(result.verified, network, replication)
  const { reject: reason, detail } = result
  const none = { blob: null, challenge: null, keys: null, setup: null, claim: null, replication: null }
  return { valid: false, reason, detail, network: network.name, ...none }
}

function verifiedJson(
  { blob, challenge, keys, setup }: VerifiedCertificate,
  network: NetworkParams,
  replication: Replication | Rejection<ReplicationReject> | null,
) {
  const notJudged = replication !== null && 'reject' in replication ? replication : null
  const judged = replication !== null && 'keys' in replication ? replication : null
  const { id, root, length, chunks, author, height, blockHash } = blob
  return {
    valid: true,
    reason: null,
    detail: null,
    network: network.name,
    blob: { id, root, length, chunks, author, height, blockHash: toDisplay(blockHash) },
    challenge: { height: challenge.height, blockHash: toDisplay(challenge.blockHash) },
    keys: keys.map(({ key, peer, registered, wins }) => ({ key, peer, registered, winRecords: wins.length })),
    setup,
    claim: claimOf(network, { challenge, keys }, judged),
    replication: judged ?? REPLICATION_NOT_SHOWN,
    ...(notJudged !== null && { replicationNotJudged: { reason: notJudged.reject, detail: notJudged.detail } }),
  }
}
