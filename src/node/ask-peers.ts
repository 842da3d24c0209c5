import type { AskedUnder, AttestedByPeers, FirstOfPeersOptions } from '../bus/index.ts'
import { proofGossip } from '../bus/index.ts'
import { openPeerHost, type PeerHost, type PeerHostOptions } from '../p2p/index.ts'

export interface AskPeersOptions extends Omit<AskedUnder, 'transport'>, Pick<PeerHostOptions, 'params'> {
  /** Addresses of the peers that are asked. */
  readonly peers: readonly string[]
  /** For an answer that is taken, milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** What is told of the host before it starts. */
  opened?(host: PeerHost): void
  untaken?: FirstOfPeersOptions['untaken']
}

/**
 * Asks peers one thing, by a host that lives as long as that: `ask` is `attestByPeers` or `refreshByPeers`. Throws
 * E_P2P_ADDRESS; a peer that cannot be reached is not waited for.
 */
export async function askPeersOnce(
  options: AskPeersOptions,
  ask: (under: AskedUnder, options: FirstOfPeersOptions) => Promise<AttestedByPeers>,
): Promise<AttestedByPeers> {
  const { params, peers, chain, poseidon, timeoutMs, signal, opened, untaken } = options
  const host = await openPeerHost({ params, bootstrap: peers, gossip: [proofGossip] })
  opened?.(host)
  try {
    const asked = ask(
      { transport: host, chain, poseidon },
      { wanted: host.wanted, timeoutMs, signal, ...(untaken !== undefined && { untaken }) },
    )
    // Should the host not start, nobody waits for the answer.
    asked.catch(() => undefined)
    await host.start(signal)
    return await asked
  } finally {
    await host.stop()
  }
}
