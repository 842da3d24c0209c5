import type { PeerHostOptions } from './host-options.ts'
import type { PeerHost } from './peer-host.ts'

/**
 * Composes the host of this process, not started yet. Throws E_P2P_ADDRESS or E_P2P_IDENTITY. libp2p is loaded here and not
 * before: it takes half a second, and most commands speak with nobody.
 */
export async function openPeerHost(options: PeerHostOptions): Promise<PeerHost> {
  const { composeHost } = await import('./compose-host.ts')
  return await composeHost(options)
}
