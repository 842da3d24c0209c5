import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { certificateKind } from '../../peers/certificate-kind.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import type { Registration } from '../../table/registry.ts'
import type { StorageTable } from '../../table/table.ts'
import { findPeers } from '../find-peers.ts'

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

/** Providers that are connected, or say in the DHT that they keep the partition, and whose keys count at a height. */
export async function candidatesAt(
  components: CandidateComponents,
  partition: number,
  height: number,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const { providers } = components.table
  const names = await namesByKey(components, partition, signal)
  return providers.list().flatMap(({ author: key, peer: latest }) => {
    const registration = providers.registrationAt(key, height)
    if (latest === null || registration === null) return []
    // A key that has moved may not have done so before the block that draws.
    const peer = names.get(latest) ?? names.get(registration.peer)
    return peer === undefined ? [] : [{ key, peer, registration }]
  })
}

async function namesByKey(
  { transport, peers, keyOf }: CandidateComponents,
  partition: number,
  signal: AbortSignal,
): Promise<Map<string, PeerName>> {
  const names = new Map<string, PeerName>()
  const found = await findPeers(peers, partition, FIND, signal)
  for (const name of new Set([...transport.peers(certificateKind), ...found])) {
    const key = await keyOf(name)
    if (key !== null) names.set(key, name)
  }
  return names
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
