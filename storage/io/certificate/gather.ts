import { randomInt } from 'node:crypto'
import { decodeHeader, headerHash } from '../../../src/bitcoin/index.ts'
import { type Result, rejection } from '../../../src/lib/index.ts'
import { encodeCertificate } from '../../certificate/binary.ts'
import { type CertifiedKey, FINAL_AFTER } from '../../certificate/certificate.ts'
import { bareKeyRoom, roomOfKey } from '../../certificate/room.ts'
import { type VerifiedCertificate, verifyCertificate } from '../../certificate/verify.ts'
import { partitionPositions } from '../../params.ts'
import type { TableEntry } from '../../table/blobs.ts'
import type { StorageTable } from '../../table/table.ts'
import { attestRecord } from './attest-record.ts'
import { attestWins } from './attest-wins.ts'
import { type CandidateComponents, candidatesAt, inAskingOrder } from './candidates.ts'
import { type AttestedDrawing, type CollectComponents, certificateOf, PartCollector } from './collect-parts.ts'
import type { NotTaken } from './not-taken.ts'

/** Why there is no certificate. */
export type GatherReject = 'no-such-blob' | 'not-attested' | 'too-few-keys'

export interface GatherComponents extends CollectComponents, CandidateComponents {
  readonly table: StorageTable
  readonly transport: CollectComponents['transport'] & CandidateComponents['transport']
  /** A whole number from 0 to below the one given, that nobody foresees; cryptographic unless given. */
  random?(below: number): number
}

/** Of which blob, 64 hex digits, and by how many keys. */
export interface GatherRequest {
  readonly id: string
  readonly keys: number
}

/** The certificate, or why there is none; providers that have no part in it, where any was looked for. */
export type Gathered = Result<{ readonly bytes: Uint8Array; readonly verified: VerifiedCertificate }, GatherReject> & {
  readonly notTaken?: readonly NotTaken[]
}

/** Asks registered providers for a certificate of one blob, drawn by the newest final block of the proof. */
export async function gatherCertificate(
  components: GatherComponents,
  { id, keys: wanted }: GatherRequest,
  signal: AbortSignal,
): Promise<Gathered> {
  const { table, standard, random = (below) => randomInt(below) } = components
  const height = standard.chain.height - FINAL_AFTER
  const entry = table.blobs.entry(id)
  if (entry === null || entry.height > height) {
    return rejection(
      'no-such-blob',
      `no such blob counts at height ${height}, ${FINAL_AFTER} blocks below the proof’s tip`,
    )
  }
  const drawing = await attestDrawing(components, entry, height, signal)
  if (drawing === null) return rejection('not-attested', 'the blob’s record or the block is not in the proved chain')
  const partition = Math.floor(entry.first / partitionPositions(standard.storage))
  const { candidates, others } = await candidatesAt(components, partition, height, signal)
  const room = roomOfKey(drawing, wanted)
  const collector = new PartCollector(components, drawing, { wanted, room })
  const collected = await collector.collect(inAskingOrder(candidates, random), signal)
  if (collected.size < wanted) {
    const detail = `${collected.size} of ${wanted}; ${candidates.length} providers whose keys count could be asked`
    return { ...rejection('too-few-keys', detail), notTaken: [...collector.notTaken, ...others] }
  }
  const parts: CertifiedKey[] = []
  for (const [key, part] of [...collected].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const wanted = { key, partition, height, room: room - bareKeyRoom(part) }
    parts.push({ ...part, wins: await attestWins(recording(components), wanted, signal) })
  }
  const bytes = encodeCertificate(certificateOf(drawing, standard, parts))
  const result = await verifyCertificate(bytes, standard)
  if (!result.ok) throw new Error(`parts that verify make no certificate: ${result.reject}: ${result.detail}`)
  return { ok: true, bytes, verified: result.verified, notTaken: collector.notTaken }
}

async function attestDrawing(
  components: GatherComponents,
  entry: TableEntry,
  height: number,
  signal: AbortSignal,
): Promise<AttestedDrawing | null> {
  const { network } = components.standard.storage
  const { author, height: at } = entry
  const is = ({ id }: { readonly id: string }) => id === entry.id
  const blob = await attestRecord(recording(components), { kind: 'blob', author, height: at, is }, signal)
  const header = await components.attestor.attest({ kind: 'header', height }, signal)
  if (blob === null || !header.ok || header.attestation.kind !== 'header') return null
  const { attestation: challenge } = header
  const blockHash = headerHash(decodeHeader(challenge.header))
  return { of: { network, blob: entry, blockHash }, height, blob, challenge }
}

function recording({ index, attestor, standard }: GatherComponents) {
  return { index, attestor, under: standard }
}
