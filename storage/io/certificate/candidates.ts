import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { FINAL_AFTER } from '../../certificate/certificate.ts'
import { certificateKind } from '../../peers/certificate-kind.ts'
import { holdingsKind } from '../../peers/holdings-kind.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import type { Registration } from '../../table/registry.ts'
import type { StorageTable } from '../../table/table.ts'
import { findPeers } from '../find-peers.ts'
import { cureOfNotTaken, type NotTaken, type NotTakenReason } from './not-taken.ts'

/** Peers that are only known by name: how many are asked, how long they are looked for. */
const FIND = { most: 64, ms: 3_000 }

/** A key that counts at the block that draws, and the peer that can be asked for its part. */
export interface Candidate {
  readonly key: string
  readonly peer: PeerName
  /** By which the key counts. */
  readonly registration: Registration
}

export interface CandidateComponents {
  readonly table: Pick<StorageTable, 'providers'>
  readonly transport: Pick<PeerTransport, 'peers'>
  readonly peers: PartitionPeers
  /** The Ed25519 key in a peer's name, hex; null where it is of another kind. */
  keyOf(peer: PeerName): Promise<string | null>
}

/** Who can be asked, and why others cannot. */
export interface Candidates {
  readonly candidates: readonly Candidate[]
  readonly others: readonly NotTaken[]
}

/** Providers that are connected, or say in the DHT that they keep the partition, and whose keys count at a height. */
export async function candidatesAt(
  components: CandidateComponents,
  partition: number,
  height: number,
  signal: AbortSignal,
): Promise<Candidates> {
  const { providers } = components.table
  const met = await metPeers(components, partition, signal)
  const candidates: Candidate[] = []
  const others: NotTaken[] = []
  const named = new Set<string>()
  for (const { author: key, peer: latest } of providers.list()) {
    const registration = providers.registrationAt(key, height)
    // A key that has moved may not have done so before the block that draws.
    const keys = [latest, registration?.peer].filter((peer) => typeof peer === 'string')
    for (const one of keys) named.add(one)
    const peer = keys.map((one) => met.get(one)).find((one) => one !== undefined)
    const why = whyNot({ latest, isCounting: registration !== null, peer }, providers.countsFrom(key, height), height)
    if (why !== null) others.push({ key, peer: peer?.name ?? null, ...why })
    else if (peer !== undefined && registration !== null) candidates.push({ key, peer: peer.name, registration })
  }
  for (const [peer, { name }] of met) {
    if (named.has(peer)) continue
    const detail = 'no key is registered for this peer'
    others.push({ key: null, peer: name, ...notTaken('not-registered', detail) })
  }
  // Those that are there can be helped first.
  return { candidates, others: others.sort((a, b) => Number(a.peer === null) - Number(b.peer === null)) }
}

interface MetPeer {
  readonly name: PeerName
  readonly givesCertificates: boolean
}

/** By their Ed25519 keys; who was found in the DHT alone is asked, whatever it gives. */
async function metPeers(
  { transport, peers, keyOf }: CandidateComponents,
  partition: number,
  signal: AbortSignal,
): Promise<Map<string, MetPeer>> {
  const met = new Map<string, MetPeer>()
  const found = await findPeers(peers, partition, FIND, signal)
  const connected = transport.peers(holdingsKind)
  const giving = new Set([...found.filter((name) => !connected.includes(name)), ...transport.peers(certificateKind)])
  for (const name of new Set([...connected, ...giving])) {
    const key = await keyOf(name)
    if (key !== null) met.set(key, { name, givesCertificates: giving.has(name) })
  }
  return met
}

interface Standing {
  readonly latest: string | null
  readonly isCounting: boolean
  readonly peer: MetPeer | undefined
}

/** Why a registered key cannot be asked for; `from` is the first height, the block's or a later one, at which it counts. */
function whyNot(
  { latest, isCounting, peer }: Standing,
  from: number | null,
  height: number,
): ReturnType<typeof notTaken> | null {
  if (latest === null) return notTaken('retired', 'its latest record takes it back')
  if (from === null) return notTaken('key-expired', `it no longer counts at block ${height}, which draws`)
  if (!isCounting) {
    const cure = { act: 'proof-of-height', subject: String(from + FINAL_AFTER) }
    return { ...notTaken('key-too-new', `it counts from block ${from} on, and block ${height} draws`), cure }
  }
  if (peer === undefined) return notTaken('not-met', `its peer (key ${latest}) is neither connected nor found`)
  return peer.givesCertificates ? null : notTaken('no-certificates', 'its peer gives no certificates')
}

function notTaken(reason: NotTakenReason, detail: string): Pick<NotTaken, 'reason' | 'detail' | 'cure'> {
  return { reason, detail, cure: cureOfNotTaken(reason) }
}

/**
 * By lot, so that nobody is asked before others for a key that was ground; no peer for a second key of its before all were for
 * a first one, so that nobody takes many places by many keys.
 *
 * @param random a whole number from 0 to below the one given
 */
export function inAskingOrder<One extends Pick<Candidate, 'peer'>>(
  candidates: readonly One[],
  random: (below: number) => number,
): One[] {
  const drawn = [...candidates]
  for (let i = drawn.length - 1; i > 0; i--) {
    const j = random(i + 1)
    ;[drawn[i], drawn[j]] = [drawn[j] as One, drawn[i] as One]
  }
  const turns = new Map<PeerName, number>()
  const withTurn = drawn.map((one) => {
    const turn = turns.get(one.peer) ?? 0
    turns.set(one.peer, turn + 1)
    return { one, turn }
  })
  return withTurn.sort((a, b) => a.turn - b.turn).map(({ one }) => one)
}
