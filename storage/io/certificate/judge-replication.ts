import type { BlockHash } from '../../../src/bitcoin/index.ts'
import type { BitcoindClient } from '../../../src/bitcoin/io/index.ts'
import type { MaskKernel, ProofVerifier } from '../../../src/proving/index.ts'
import { type ReplicationResult, replicationOf } from '../../certificate/replication.ts'
import type { VerifiedCertificate } from '../../certificate/verify.ts'
import type { StorageParams } from '../../params.ts'
import { winRules } from '../../sampling/win-rules.ts'
import type { StorageTable } from '../../table/table.ts'
import { measureUnitCost } from '../sampling/unit-cost.ts'

export interface JudgeReplicationComponents {
  readonly client: Pick<BitcoindClient, 'getBlockHash'>
  /** As of the node's tip. */
  readonly table: StorageTable
  readonly params: StorageParams
  /** By a key of the circuit `win`. */
  readonly verifier: Pick<ProofVerifier, 'verify'>
  readonly mask: Pick<MaskKernel, 'maskUnits'>
}

/** Judges the wins of a verified certificate by this node's chain, and the table that follows from it. */
export async function judgeReplication(
  { client, table, params, verifier, mask }: JudgeReplicationComponents,
  verified: VerifiedCertificate,
  signal?: AbortSignal,
): Promise<ReplicationResult> {
  const { challenge, keys } = verified
  const heights = new Set([challenge.height, ...keys.flatMap(({ wins }) => wins.map(({ claim }) => claim.height))])
  const hashes = new Map<number, BlockHash>()
  for (const height of heights) {
    const hash = await client.getBlockHash(height, signal === undefined ? {} : { signal })
    if (hash !== undefined) hashes.set(height, hash)
  }
  const hashAt = (height: number) => hashes.get(height) ?? null
  const ownUnit = await measureUnitCost(mask)
  return await replicationOf({ rules: winRules(params), table, hashAt }, verifier, verified, { ownUnit, signal })
}
