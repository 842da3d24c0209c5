import { parseAddresses } from './addresses.ts'
import type { PeerHostOptions } from './host-options.ts'
import { loadIdentity, newIdentity } from './identity.ts'
import { HOST_LIMITS } from './limits.ts'
import { openLibp2p } from './open-libp2p.ts'
import { PeerHost } from './peer-host.ts'
import { protocolPrefix } from './protocol-names.ts'
import { Scoreboard } from './scoreboard.ts'

/** As `openPeerHost`. */
export async function composeHost(options: PeerHostOptions): Promise<PeerHost> {
  const { params, chosen, identityFile, gossip, clock = () => performance.now() } = options
  const listen = parseAddresses(options.listen ?? [])
  const announce = parseAddresses(options.announce ?? [])
  const bootstrap = parseAddresses(options.bootstrap ?? [])
  const limits = { ...HOST_LIMITS, ...options.limits }
  const scores = new Scoreboard(clock, options.scores)
  const identity = identityFile === undefined ? await newIdentity() : await loadIdentity(identityFile)
  const prefix = protocolPrefix(params, chosen)
  const named = bootstrap
  const libp2p = await openLibp2p({ params, prefix, identity, listen, announce, named, gossip, limits, scores })
  return new PeerHost({ prefix, libp2p, scores, bootstrap, streamsPerConnection: limits.streamsPerConnection, clock })
}
