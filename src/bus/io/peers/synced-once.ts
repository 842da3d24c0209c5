import { abortedError, throwIfAborted } from '../../../lib/index.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import type { PeerSync } from './peer-sync.ts'

export interface SyncedOnceOptions {
  /** Peers that are to be heard: once so many are, nobody else is waited for. */
  readonly peers: number
  /** For the first proof that holds, milliseconds. */
  readonly timeoutMs: number
  /** From then on, for better ones. */
  readonly graceMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The best proof of those that the peers of a sync, which has yet to be started, give in time; null where none holds.
 * Throws E_ABORTED once the signal fires.
 */
export async function syncedOnce(sync: PeerSync, options: SyncedOnceOptions): Promise<HeldProof | null> {
  const { peers, timeoutMs, graceMs, signal } = options
  throwIfAborted(signal)
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const heard = new Set<string>()
  let isFound = false
  let timer = setTimeout(() => resolve(isFound), timeoutMs)
  const onAbort = () => reject(abortedError(signal?.reason))
  const off = sync.events.on('heard', ({ peer, heard: { ok } }) => {
    heard.add(peer)
    if (heard.size >= peers) resolve(isFound || ok)
    if (!ok || isFound) return
    isFound = true
    clearTimeout(timer)
    timer = setTimeout(() => resolve(true), graceMs)
  })
  signal?.addEventListener('abort', onAbort)
  sync.ended().catch(reject)
  try {
    return (await promise) ? sync.held : null
  } finally {
    off()
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
