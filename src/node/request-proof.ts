import { chosenName, type StorageParams } from '../../storage/index.ts'
import type { ProofRequest, RequestAnswer, ResultMessage } from '../compute/index.ts'
import { meetProver, type RequestReject, requestResult } from '../compute/io/index.ts'
import { Deadline, type Result, rejection, throwIfAborted } from '../lib/index.ts'
import { openPeerHost } from '../p2p/index.ts'

export interface RequestProofOptions {
  /** The network, and what its nodes have chosen besides. */
  readonly storage: StorageParams
  /** Addresses of peers, of which the first that proves for others is asked. */
  readonly peers: readonly string[]
  readonly request: ProofRequest
  /** For a peer to be met, milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** How the request stands, each time that it was asked. */
  told?(state: RequestAnswer['state']): void
}

/**
 * Has a peer prove something, by a host that lives as long as that. Nothing of the result is judged. Throws E_P2P_ADDRESS, and
 * E_ABORTED once the signal fires, when the request is cancelled.
 */
export async function requestProof(
  options: RequestProofOptions,
): Promise<Result<{ readonly message: ResultMessage }, RequestReject>> {
  const { storage, peers, request, timeoutMs, signal, told } = options
  const host = await openPeerHost({
    ...{ params: storage.network, chosen: chosenName(storage), bootstrap: peers, gossip: [] },
  })
  const late = new Deadline(timeoutMs)
  try {
    await host.start(signal)
    const peer = await meetProver(host, AbortSignal.any([signal, late.signal])).catch((error: unknown) => {
      throwIfAborted(signal)
      if (late.isOver) return null
      throw error
    })
    if (peer === null) return rejection('no-answer', 'no peer that proves for others was met')
    return await requestResult(host, peer, request, { signal, ...(told !== undefined && { told }) })
  } finally {
    late.clear()
    await host.stop()
  }
}
