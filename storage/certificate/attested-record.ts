import type { BlockHash, Transaction } from '../../src/bitcoin/index.ts'
import {
  type AttestationReject,
  type AttestedChain,
  type InscriptionAttestation,
  poseidonOf,
  verifyAttestation,
} from '../../src/bus/index.ts'
import { type Result, rejection } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { decodeRecord, type RecordReject } from '../../src/settlement/index.ts'
import type { StorageParams } from '../params.ts'
import { judgeRecord, type StorageRecord, type StorageReject } from '../records/judge.ts'
import type { SignedRecord } from '../sampling/judge-win.ts'

/** Why what is attested is no record that counts. */
export type AttestedReject = AttestationReject | RecordReject | StorageReject | 'not-first' | 'other-kind'

/** By what attestations are judged. */
export interface AttestedUnder {
  readonly storage: StorageParams
  readonly chain: AttestedChain
  readonly kernel: Pick<StorageKernel, 'poseidon'>
}

/** A signed record in a block of the proved chain. */
export interface PlacedRecord extends SignedRecord {
  readonly tx: Transaction
  readonly height: number
  readonly blockHash: BlockHash
}

/** What an attestation shows as a record: the first envelope of its transaction's first input, as the table reads it. */
export function attestedRecord(
  { storage, chain, kernel }: AttestedUnder,
  attestation: InscriptionAttestation,
): Result<{ readonly signed: PlacedRecord }, AttestedReject> {
  const checked = verifyAttestation(attestation, chain, poseidonOf(kernel))
  if (!checked.ok) return checked
  const { payload, height, blockHash } = checked.verified
  if (payload.kind !== 'inscription') throw new RangeError('an attestation of another kind')
  const { envelope, transaction: tx } = payload
  if (envelope.input !== 0 || envelope.index !== 0) return rejection('not-first', 'another envelope is the record')
  const decoded = decodeRecord(envelope, storage.network)
  if (!decoded.ok) return decoded
  const { record, body } = decoded
  return { ok: true, signed: { record, body, tx, height, blockHash } }
}

/** And what it says, as far as its transaction alone decides. */
export function saidByRecord<Kind extends StorageRecord['kind']>(
  under: AttestedUnder,
  attestation: InscriptionAttestation,
  kind: Kind,
): Result<{ readonly says: Extract<StorageRecord, { kind: Kind }>; readonly signed: PlacedRecord }, AttestedReject> {
  const attested = attestedRecord(under, attestation)
  if (!attested.ok) return attested
  const { signed } = attested
  const judged = judgeRecord(under.kernel, under.storage, signed, signed)
  if (!judged.ok) return judged
  const { says } = judged
  if (says.kind !== kind) return rejection('other-kind', `it is a record of kind ${says.kind}`)
  return { ok: true, says: says as Extract<StorageRecord, { kind: Kind }>, signed }
}
