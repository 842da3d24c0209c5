import { type BlockHash, decodeHeader, headerHash } from '../../../src/bitcoin/index.ts'
import type {
  Attestor,
  HeaderAttestation,
  InscriptionAttestation,
  PeerName,
  PeerTransport,
} from '../../../src/bus/index.ts'
import { hexToBytes, type Result, rejection } from '../../../src/lib/index.ts'
import type { InscriptionIndex } from '../../../src/settlement/io/index.ts'
import { encodeCertificate } from '../../certificate/binary.ts'
import { type Certificate, type CertifiedKey, FINAL_AFTER, type SignedSteps } from '../../certificate/certificate.ts'
import { bareKeyRoom, roomOfKey } from '../../certificate/room.ts'
import {
  type CertificateReject,
  type VerifiedCertificate,
  type VerifyCertificateOptions,
  verifyCertificate,
} from '../../certificate/verify.ts'
import { partitionPositions } from '../../params.ts'
import { type CertificateAnswer, certificateKind } from '../../peers/certificate-kind.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import type { TableEntry } from '../../table/blobs.ts'
import type { Registration } from '../../table/registry.ts'
import type { StorageTable } from '../../table/table.ts'
import { findPeers } from '../find-peers.ts'
import { attestRecord } from './attest-record.ts'
import { attestWins } from './attest-wins.ts'

/** Peers that are only known by name: how many are asked, how long they are looked for. */
const FIND = { most: 64, ms: 3_000 }

/** Why there is no certificate. */
export type GatherReject = 'no-such-blob' | 'not-attested' | 'too-few-keys'

export interface GatherComponents {
  readonly table: StorageTable
  readonly index: InscriptionIndex
  readonly transport: PeerTransport
  readonly peers: PartitionPeers
  /** Under the proof that the certificate is to verify under. */
  readonly attestor: Attestor
  /** The standard that it is to meet, what the proof shows among it. */
  readonly standard: VerifyCertificateOptions
  /** The Ed25519 key in a peer's name, hex; null where it is of another kind. */
  keyOf(peer: PeerName): Promise<string | null>
  /** How far a provider is. */
  onProgress?(key: string, part: Extract<CertificateAnswer, { kind: 'progress' }>): void
  /** A provider gave none, or one that does not verify. */
  onRefused?(key: string, detail: string): void
}

/** Of which blob, 64 hex digits, and by how many keys. */
export interface GatherRequest {
  readonly id: string
  readonly keys: number
}

type Gathered = Result<{ readonly bytes: Uint8Array; readonly verified: VerifiedCertificate }, GatherReject>

/** A provider that can be asked, with the record by which its key counts. */
interface Candidate {
  readonly key: string
  readonly peer: PeerName
  readonly provider: InscriptionAttestation
}

/** What a provider's own part may be refused for. */
const OF_ITS_PART: ReadonlySet<CertificateReject> = new Set<CertificateReject>([
  'bad-signature',
  'proof-malformed',
  'proof-invalid',
  'wrong-end',
])

/** Asks registered providers for a certificate of one blob, drawn by the newest final block of the proof. */
export async function gatherCertificate(
  components: GatherComponents,
  { id, keys: wanted }: GatherRequest,
  signal: AbortSignal,
): Promise<Gathered> {
  const { table, standard } = components
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
  const share = roomOfKey(drawing, wanted)
  const candidates = (await candidatesAt(components, partition, height, signal)).filter((candidate) => {
    const bytes = bareKeyRoom(candidate)
    if (bytes > share)
      components.onRefused?.(candidate.key, `its record takes ${bytes} bytes, there is room for ${share}`)
    return bytes <= share
  })
  const keys = new Map<string, CertifiedKey>()
  const certificateOf = (parts: readonly CertifiedKey[]): Certificate => ({
    verifyingKey: hexToBytes(standard.verifier.keyId),
    blob: drawing.blob,
    challenge: drawing.challenge,
    keys: parts,
  })
  const verifyingKey = hexToBytes(standard.verifier.keyId)
  const question = { id: hexToBytes(id), height, blockHash: drawing.blockHash, verifyingKey }
  const left = [...candidates]
  const askOne = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && keys.size < wanted; next = left.shift()) {
      const signed = await askProvider(components, next, question, signal)
      if (signed === null) continue
      const part = { provider: next.provider, ...signed, wins: [] }
      const judged = await verifyCertificate(encodeCertificate(certificateOf([part])), standard)
      if (judged.ok) keys.set(next.key, part)
      else {
        // The rest is ours: the proof that was chosen, the key that is verified by.
        if (OF_ITS_PART.has(judged.reject)) {
          components.transport.blame(next.peer, 'lie', `${certificateKind.name}: ${judged.reject}`)
        }
        components.onRefused?.(next.key, `${judged.reject}: ${judged.detail}`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(wanted, candidates.length) }, askOne))
  if (keys.size < wanted) {
    const detail = `${keys.size} of ${wanted}; ${candidates.length} providers whose keys count could be asked`
    return rejection('too-few-keys', detail)
  }
  const chosen = [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, wanted)
  const parts: CertifiedKey[] = []
  for (const [key, part] of chosen) {
    const room = share - bareKeyRoom(part)
    const wins = await attestWins(recording(components), { key, partition, height, room }, signal)
    parts.push({ ...part, wins })
  }
  const bytes = encodeCertificate(certificateOf(parts))
  const result = await verifyCertificate(bytes, standard)
  if (!result.ok) throw new Error(`parts that verify make no certificate: ${result.reject}: ${result.detail}`)
  return { ok: true, bytes, verified: result.verified }
}

interface AttestedDrawing {
  readonly blob: InscriptionAttestation
  readonly challenge: HeaderAttestation
  readonly blockHash: BlockHash
}

async function attestDrawing(
  components: GatherComponents,
  entry: TableEntry,
  height: number,
  signal: AbortSignal,
): Promise<AttestedDrawing | null> {
  const { author, height: at } = entry
  const is = ({ id }: { readonly id: string }) => id === entry.id
  const blob = await attestRecord(recording(components), { kind: 'blob', author, height: at, is }, signal)
  const header = await components.attestor.attest({ kind: 'header', height }, signal)
  if (blob === null || !header.ok || header.attestation.kind !== 'header') return null
  const { attestation: challenge } = header
  return { blob, challenge, blockHash: headerHash(decodeHeader(challenge.header)) }
}

/** Providers that are connected, or say in the DHT that they keep the partition, and whose keys count at a height. */
async function candidatesAt(
  components: GatherComponents,
  partition: number,
  height: number,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const { table, transport, peers, keyOf } = components
  const names = new Map<string, PeerName>()
  const found = await findPeers(peers, partition, FIND, signal)
  for (const name of new Set([...transport.peers(certificateKind), ...found])) {
    const key = await keyOf(name)
    if (key !== null) names.set(key, name)
  }
  const candidates: Candidate[] = []
  for (const { author: key, peer } of table.providers.list()) {
    const counting = table.providers.registrationAt(key, height)
    if (peer === null || counting === null) continue
    // A key that has moved may not have done so before the block that draws.
    const name = names.get(peer) ?? names.get(counting.peer)
    if (name === undefined) continue
    const provider = await attestProvider(components, key, counting, signal)
    if (provider !== null) candidates.push({ key, peer: name, provider })
  }
  return candidates
}

async function attestProvider(
  components: GatherComponents,
  author: string,
  { height, seq, peer }: Registration,
  signal: AbortSignal,
): Promise<InscriptionAttestation | null> {
  const is = (says: Pick<Registration, 'seq'> & { readonly peer: string | null }) => {
    return says.seq === seq && says.peer === peer
  }
  return await attestRecord(recording(components), { kind: 'provider', author, height, is }, signal)
}

function recording({ index, attestor, standard }: GatherComponents) {
  return { index, attestor, under: standard }
}

async function askProvider(
  { transport, onProgress, onRefused }: GatherComponents,
  { key, peer }: Candidate,
  question: Parameters<(typeof certificateKind)['question']['encode']>[0],
  signal: AbortSignal,
): Promise<SignedSteps | null> {
  let signed: SignedSteps | null = null
  const asked = await transport.ask(peer, certificateKind, question, {
    signal,
    take(frame) {
      if (frame.kind === 'progress') onProgress?.(key, frame)
      else signed = { proof: frame.proof, signature: frame.signature }
    },
  })
  if (asked.ok && signed !== null) return signed
  onRefused?.(key, asked.ok ? 'no proof came' : `${asked.reject}: ${asked.detail}`)
  return null
}
