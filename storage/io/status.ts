import type { Asked, PeerName, PeerTransport, WantedAddresses } from '../../src/bus/index.ts'
import { Deadline, delay, isInterrupt } from '../../src/lib/index.ts'
import { holdersKind } from '../peers/holders-kind.ts'
import { type Holdings, holdingsKind } from '../peers/holdings-kind.ts'
import type { PartitionPeers } from '../peers/partition-peers.ts'
import type { HolderLog } from '../replica/holder-log.ts'
import { findPeers } from './find-peers.ts'

/** How long peers are waited for. */
const MEET_MS = 3_000
/** Peers that are only known by name: how many of them are asked, how long they are looked for, and waited for. */
const FIND = { most: 64, ms: 3_000 }
const NAMED_MS = 5_000

/** A peer and what it says of a partition. */
export interface Holder extends Holdings {
  readonly peer: PeerName
}

/** A peer that kept a partition and does not answer now. */
export interface UnreachedHolder {
  readonly peer: PeerName
  /** Height at which it last answered, us or those that do answer; null where it is known from the DHT alone. */
  readonly since: number | null
}

/** Peers that keep a partition, by their own word, and those that did not answer. */
export interface PartitionStatus {
  readonly holders: readonly Holder[]
  readonly unreached: readonly UnreachedHolder[]
}

export interface StatusComponents {
  readonly transport: PeerTransport
  readonly peers: PartitionPeers
  /** Who answered earlier; who answers now is added. */
  readonly log: HolderLog
  /** Hears why the DHT could not be asked. */
  failed?(error: Error): void
}

/** A question about one partition: its number, and the height of the tip. */
export interface StatusQuestion {
  readonly partition: number
  readonly height: number
}

/**
 * Asks about a partition all peers that are met, and all that these, the DHT or our own memory name. Who answered once and
 * does not now is unreached since then.
 */
export async function partitionStatus(
  { transport, peers, log, failed }: StatusComponents,
  { partition, height }: StatusQuestion,
  signal: AbortSignal,
): Promise<PartitionStatus> {
  const holders = new Map<PeerName, Holder>()
  const unreached = new Map<PeerName, number | null>()
  const ask = async (peer: PeerName, since: number | null, until: AbortSignal) => {
    const asked = await orUnreachable(transport.ask(peer, holdingsKind, partition, { signal: until }), signal)
    if (asked.ok) {
      holders.set(peer, { peer, ...(asked.frames[0] as Holdings) })
      log.answered(partition, peer, height)
    } else if (isNotKept(asked)) log.refused(partition, peer)
    else unreached.set(peer, since)
  }

  const named = new Map(log.seen(partition).map(({ peer, height: last }) => [peer, last]))
  const met = transport.peers(holdingsKind)
  const told = met.map(async (peer) => {
    const asked = await transport.ask(peer, holdersKind, partition, { signal })
    // Nobody has seen a block that is not there yet.
    for (const one of asked.ok ? asked.frames : []) {
      if (one.height <= height) named.set(one.peer, Math.max(one.height, named.get(one.peer) ?? 0))
    }
  })
  const [found] = await Promise.all([findPeers(peers, partition, FIND, signal, failed), ...told])
  await Promise.all(met.map((peer) => ask(peer, named.get(peer) ?? null, signal)))

  const others = new Map<PeerName, number | null>([...found.map((peer) => [peer, null] as const), ...named])
  for (const peer of met) others.delete(peer)
  const latest = [...others].sort(([, a], [, b]) => (b ?? -1) - (a ?? -1)).slice(0, FIND.most)
  const late = new Deadline(NAMED_MS)
  const within = AbortSignal.any([signal, late.signal])
  await Promise.all(latest.map(([peer, since]) => ask(peer, since, within))).finally(() => late.clear())

  const inOrder = <One extends { readonly peer: PeerName }>(all: One[]) =>
    all.sort((a, b) => (a.peer < b.peer ? -1 : 1))
  return {
    holders: inOrder([...holders.values()]),
    unreached: inOrder([...unreached].map(([peer, since]) => ({ peer, since }))),
  }
}

/** Whether a peer that was asked what it holds says that it keeps no such partition. */
export function isNotKept(asked: Exclude<Asked<Holdings>, { ok: true }>): boolean {
  return asked.reject === 'refused' && asked.reason === 'other-partition'
}

/** That time is up is said as a peer's that cannot be reached; that we are to end is thrown. */
async function orUnreachable(asking: Promise<Asked<Holdings>>, signal: AbortSignal): Promise<Asked<Holdings>> {
  try {
    return await asking
  } catch (error) {
    if (signal.aborted) throw error
    return { ok: false, reject: 'unreachable', detail: 'no answer in time' }
  }
}

/** Waits until so many holders are met, or for some seconds. */
export async function meetHolders(transport: PeerTransport, count: number, signal: AbortSignal): Promise<void> {
  const met = new AbortController()
  const look = () => {
    if (transport.peers(holdingsKind).length >= count) met.abort()
  }
  const off = transport.meet(holdingsKind, look)
  try {
    look()
    await delay(MEET_MS, AbortSignal.any([signal, met.signal]))
  } catch (error) {
    if (signal.aborted || !isInterrupt(error, met.signal)) throw error
  } finally {
    off()
  }
}

/** Calls `at` with each address to begin with where nobody is reached, or nobody who holds something of this network. */
export function whereNobodyHolds(wanted: WantedAddresses, at: (address: string) => void): void {
  wanted.watch(holdingsKind, (address, peer) => {
    if (peer === null) at(address)
  })
}
