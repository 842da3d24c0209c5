import type { NetworkParams } from '../../bitcoin/index.ts'
import type { Attestation, AttestedChain, Poseidon } from '../../bus/index.ts'
import { bytesToHex, type Result, rejection } from '../../lib/index.ts'
import { decodeRecord, type RecordReject, recordMessage, type WscRecord } from '../../settlement/index.ts'
import type { RecordSource } from '../manifest/data-sources.ts'
import { attestedInscription, type InputPlace, type InscriptionReject } from './attested-inscription.ts'
import { type ListedRecord, recordSlots } from './record-list.ts'

/** Why attestations are not of the records that a program reads. */
export type RecordsReject =
  | InscriptionReject
  | `record:${RecordReject}`
  | 'other-records'
  | 'listed-twice'
  | 'no-records'
  | 'too-many-records'

export interface AttestedRecordsOptions {
  /** In any order. */
  readonly attestations: readonly Attestation[]
  readonly source: RecordSource
  /** Bytes of the list. */
  readonly bytes: number
  readonly chain: AttestedChain
  readonly params: NetworkParams
  readonly poseidon: Poseidon
}

/** Records in the chain's order, and the block of the last one. */
export interface AttestedRecords extends InputPlace {
  readonly records: readonly ListedRecord[]
  /** Ids of their inscriptions. */
  readonly ids: readonly string[]
}

interface PlacedRecord {
  readonly place: readonly [height: number, transaction: number, envelope: number]
  readonly record: ListedRecord
  readonly id: string
  readonly block: InputPlace
}

/**
 * Signed records out of attestations under one proof, sorted by their places in the chain. That these are all there are
 * is not shown.
 */
export function attestedRecords(
  options: AttestedRecordsOptions,
): Result<{ readonly list: AttestedRecords }, RecordsReject> {
  const { attestations, bytes } = options
  const slots = recordSlots(bytes)
  if (attestations.length > slots) {
    return rejection('too-many-records', `${attestations.length} records, the program takes ${slots}`)
  }
  const placed: PlacedRecord[] = []
  for (const attestation of attestations) {
    const one = placedRecord(attestation, options)
    if (!one.ok) return one
    placed.push(one.placed)
  }
  placed.sort((a, b) => compare(a.place, b.place))
  const twice = placed.find(({ place }, i) => i > 0 && compare((placed[i - 1] as PlacedRecord).place, place) === 0)
  if (twice !== undefined) return rejection('listed-twice', `${twice.id} is attested twice`)
  const last = placed.at(-1)
  if (last === undefined) return rejection('no-records', 'no record is attested')
  const [records, ids] = [placed.map(({ record }) => record), placed.map(({ id }) => id)]
  return { ok: true, list: { ...last.block, records, ids } }
}

/** Whether a record is one of those that a source names. */
function isOfSource({ program, recordKind }: RecordSource, record: WscRecord): boolean {
  return (
    (recordKind === undefined || record.kind === recordKind) &&
    (program === undefined || bytesToHex(record.program) === program)
  )
}

function placedRecord(
  attestation: Attestation,
  { source, chain, params, poseidon }: AttestedRecordsOptions,
): Result<{ readonly placed: PlacedRecord }, RecordsReject> {
  const attested = attestedInscription(attestation, chain, poseidon)
  if (!attested.ok) return attested
  const { id, envelope, transaction, height, blockHash, confirmations } = attested.inscription
  const read = decodeRecord(envelope, params)
  if (!read.ok) return rejection(`record:${read.reject}`, `${id}: ${read.detail}`)
  if (!isOfSource(source, read.record)) return rejection('other-records', `${id} is none of the records that are read`)
  const record = listedRecord(read.record, { params, contentType: read.contentType, body: read.body })
  const block = { height, blockHash, confirmations }
  return { ok: true, placed: { place: [height, transaction, envelope.index], record, id, block } }
}

/** A record as a list has it. */
function listedRecord(
  record: WscRecord,
  {
    params,
    contentType,
    body,
  }: { readonly params: NetworkParams; readonly contentType: string; readonly body: Uint8Array },
): ListedRecord {
  const { author, program, seq } = record
  const message = recordMessage(record, { params, contentType: new TextEncoder().encode(contentType), body })
  return { author, program, seq, message }
}

function compare(a: PlacedRecord['place'], b: PlacedRecord['place']): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
