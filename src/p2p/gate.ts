import type { ConnectionGater, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { Budget, clientOfAddress } from '../lib/index.ts'
import { PublicAddresses } from './public-addresses.ts'
import type { Scoreboard } from './scoreboard.ts'

export interface GateComponents {
  readonly scores: Scoreboard
  /**
   * Whether only hosts of the public internet may be dialled: a peer that names an address of our own network would make us
   * knock there. Names of hosts are dialled only where the operator gave them (`named`).
   */
  readonly publicOnly: boolean
  readonly named: readonly Multiaddr[]
  readonly connectionsPerAddress: number
}

/** Who is dialled and who is let in. */
export function connectionGate(components: GateComponents): ConnectionGater {
  const { scores, publicOnly, named, connectionsPerAddress } = components
  const addresses = new PublicAddresses()
  const open = new Budget({ total: Number.POSITIVE_INFINITY, perClient: connectionsPerAddress })
  const isBanned = (peer: PeerId) => scores.isBanned(peer.toString())
  const isNamed = (address: Multiaddr) => {
    const [first] = address.getComponents()
    return first?.name.startsWith('dns') === true && named.some((one) => isSame(one, address))
  }
  return {
    denyDialPeer: isBanned,
    denyDialMultiaddr: (address) => publicOnly && !addresses.has(address) && !isNamed(address),
    denyInboundConnection(connection) {
      const [first] = connection.remoteAddr.getComponents()
      const leave = open.take(clientOfAddress(first?.value ?? ''), 1)
      if (leave === null) return true
      connection.addEventListener('close', leave, { once: true })
      return false
    },
    denyInboundEncryptedConnection: isBanned,
    denyOutboundEncryptedConnection: isBanned,
  }
}

/** Dialling adds the peer to an address that lacks it. */
function isSame(named: Multiaddr, dialled: Multiaddr): boolean {
  const place = (address: Multiaddr) => address.toString().replace(/\/p2p\/[^/]+$/, '')
  return place(named) === place(dialled)
}
