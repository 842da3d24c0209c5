import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { PeerName } from '../bus/index.ts'
import { p2pError } from './errors.ts'

/** Throws E_P2P_ADDRESS where one is no multiaddr over TCP or WebSockets: `/ip4/127.0.0.1/tcp/8533`, with `/ws` at its end. */
export function parseAddresses(texts: readonly string[]): Multiaddr[] {
  return texts.map((text) => {
    const address = parse(text)
    const names = address?.getComponents().map(({ name }) => name) ?? []
    if (address !== null && FORM.test(names.join('/'))) return address
    throw p2pError('E_P2P_ADDRESS', `${text.slice(0, 100)} is no address of a peer: /ip4/…/tcp/… or /dns/…/tcp/…/ws`)
  })
}

const FORM = /^(ip4|ip6|dns|dns4|dns6)\/tcp(\/(tls\/)?(ws|wss))?(\/p2p)?$/

function parse(text: string): Multiaddr | null {
  try {
    return multiaddr(text)
  } catch {
    return null
  }
}

/** The peer that an address names at its end; undefined where it names none. */
export function peerOf(address: Multiaddr): PeerName | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value
}
