import { type NetworkParams, toDisplay } from '../../src/bitcoin/index.ts'
import type { Rejection } from '../../src/lib/index.ts'
import { claimOf } from './claim.ts'
import type { Replication } from './replication.ts'
import type { VerifiedCertificate, VerifyCertificateResult } from './verify.ts'

/** What replicas exist is told by wins, and by them only to who has the table: this is said of every other certificate. */
export const REPLICATION_NOT_SHOWN = 'not shown'

/** The object `wsc storage verify --json` prints. What is refused has shown nothing: its fields are null. */
export function certificateJson(
  result: VerifyCertificateResult | Rejection<string>,
  network: NetworkParams,
  /** What its wins show to who has the table; null for who has none. */
  replication: Replication | null = null,
): Record<string, unknown> {
  if (result.ok) return verifiedJson(result.verified, network, replication)
  const { reject: reason, detail } = result
  const none = { blob: null, challenge: null, keys: null, setup: null, claim: null, replication: null }
  return { valid: false, reason, detail, network: network.name, ...none }
}

function verifiedJson(
  { blob, challenge, keys, setup }: VerifiedCertificate,
  network: NetworkParams,
  replication: Replication | null,
) {
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
    claim: claimOf(network, { challenge, keys }, replication),
    replication: replication ?? REPLICATION_NOT_SHOWN,
  }
}
