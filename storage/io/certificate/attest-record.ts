import type { Attestor, InscriptionAttestation } from '../../../src/bus/index.ts'
import type { InscriptionIndex } from '../../../src/settlement/io/index.ts'
import { type AttestedUnder, saidByRecord } from '../../certificate/attested-record.ts'
import type { StorageRecord } from '../../records/judge.ts'

export interface AttestRecordComponents {
  readonly index: Pick<InscriptionIndex, 'query'>
  readonly attestor: Pick<Attestor, 'attest'>
  readonly under: AttestedUnder
}

/** Where a record is, and by what it is told from others of its block. */
export interface WantedRecord<Kind extends StorageRecord['kind']> {
  readonly kind: Kind
  readonly author: string
  readonly height: number
  is(says: Extract<StorageRecord, { kind: Kind }>): boolean
}

/** Attests the first record of a block that is the one wanted; null where there is none in the proved chain. */
export async function attestRecord<Kind extends StorageRecord['kind']>(
  { index, attestor, under }: AttestRecordComponents,
  { kind, author, height, is }: WantedRecord<Kind>,
  signal: AbortSignal,
): Promise<InscriptionAttestation | null> {
  for await (const { id, input, index: envelope } of index.query({ kind, author, from: height, to: height })) {
    if (input !== 0 || envelope !== 0) continue
    const made = await attestor.attest({ kind: 'inscription', id, height }, signal)
    if (!made.ok || made.attestation.kind !== 'inscription') continue
    const said = saidByRecord(under, made.attestation, kind)
    if (said.ok && is(said.says)) return made.attestation
  }
  return null
}
