import { proofGossip } from '../bus/index.ts'
import {
  type Following,
  type FollowingOptions,
  openFollowing,
  openServing,
  PeerSync,
  type PeerSyncComponents,
  type Serving,
  type ServingOptions,
} from '../bus/io/index.ts'
import { type RunningService, together } from '../lib/index.ts'
import { openPeerHost, type PeerHost, type PeerHostOptions } from '../p2p/index.ts'

/** How this process takes part among its peers. */
export type PeerPlace = Pick<PeerHostOptions, 'identityFile' | 'listen' | 'announce' | 'bootstrap'>

/** Following, and the host that serves peers; null where there is none. */
export interface FollowingAmongPeers extends RunningService {
  readonly following: Following
  readonly host: PeerHost | null
}

/**
 * Composes following, and where a place among peers is given a host that serves them. Not started yet. Peers are let in once
 * everything that they may ask for is there, and turned away first.
 */
export async function openFollowingAmongPeers(
  options: Omit<FollowingOptions, 'peers'>,
  place: PeerPlace | null,
): Promise<FollowingAmongPeers> {
  const host = place === null ? null : await openHost(options.params, place)
  const following = await openFollowing({ ...options, ...(host !== null && { peers: host }) })
  return { following, host, ...together([following, ...(host === null ? [] : [host])]) }
}

/** Serving of a proof file, and the host that serves it to peers; null where there is none. */
export interface ServingAmongPeers extends RunningService {
  readonly serving: Serving
  readonly host: PeerHost | null
}

/** Composes serving, and where a place among peers is given a host that serves them too. Not started yet. */
export async function openServingAmongPeers(
  options: Omit<ServingOptions, 'peers'>,
  place: PeerPlace | null,
): Promise<ServingAmongPeers> {
  const host = place === null ? null : await openHost(options.params, place)
  const serving = await openServing({ ...options, ...(host !== null && { peers: host }) })
  return { serving, host, ...together([serving, ...(host === null ? [] : [host])]) }
}

/** A proof file that is kept up to date from peers. */
export interface SyncingFromPeers extends RunningService {
  readonly host: PeerHost
  readonly sync: PeerSync
}

/** Composes a sync from peers, not started yet. */
export async function openSyncingFromPeers(
  options: Omit<PeerSyncComponents, 'transport'> & Pick<PeerHostOptions, 'params'>,
  place: PeerPlace,
): Promise<SyncingFromPeers> {
  const { params, file, verifyOptions } = options
  const host = await openHost(params, place)
  const sync = new PeerSync({ transport: host, file, verifyOptions })
  return { host, sync, ...together([sync, host]) }
}

/** The one host of this process, for all parts that speak with peers. */
async function openHost(params: PeerHostOptions['params'], place: PeerPlace): Promise<PeerHost> {
  return await openPeerHost({ params, ...place, gossip: [proofGossip] })
}
