import { abortedError, throwIfAborted } from '../../../lib/index.ts'
import { proofKind } from '../../peers/proof-kind.ts'
import type { PeerName } from '../../peers/transport.ts'
import { type WantedAddresses, WantedPeers } from '../../peers/wanted-peers.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import type { PeerSync } from './peer-sync.ts'

export interface SyncedOnceOptions {
  /** Once the peers there were heard, nobody else is waited for. */
  readonly wanted: WantedAddresses
  /** For the first proof that holds, milliseconds. */
  readonly timeoutMs: number
  /** From the first that holds of a wanted peer on, for better ones. */
  readonly graceMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The best proof of those that the peers of a sync, which has yet to be started, give in time; null where none holds.
 * Strangers' proofs are taken too, and end no waiting: who has an old one would keep a newer one from being heard.
 * Throws E_ABORTED once the signal fires.
 */
export async function syncedOnce(sync: PeerSync, options: SyncedOnceOptions): Promise<HeldProof | null> {
  const { wanted, timeoutMs, graceMs, signal } = options
  throwIfAborted(signal)
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const waiting = new WantedPeers(wanted)
  const gave = new Set<PeerName>()
  let isGrace = false
  let timer = setTimeout(() => resolve(gave.size > 0), timeoutMs)
  const onAbort = () => reject(abortedError(signal?.reason))
  const look = () => {
    if (waiting.areHeard) return resolve(gave.size > 0)
    if (isGrace || ![...gave].some((peer) => waiting.has(peer))) return
    isGrace = true
    clearTimeout(timer)
    timer = setTimeout(() => resolve(true), graceMs)
  }
  const offs = [
    sync.events.on('heard', ({ peer, heard: { ok } }) => {
      waiting.heard(peer)
      if (ok) gave.add(peer)
      look()
    }),
    wanted.watch(proofKind, (address, peer) => {
      waiting.met(address, peer)
      look()
    }),
  ]
  signal?.addEventListener('abort', onAbort)
  sync.ended().catch(reject)
  try {
    return (await promise) ? sync.held : null
  } finally {
    for (const off of offs) off()
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
