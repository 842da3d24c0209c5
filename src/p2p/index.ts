/** This process among its peers: one libp2p host, request protocols and gossip over it, scores. */
export { parseAddresses } from './addresses.ts'
export type { PeerHostOptions } from './host-options.ts'
export { openPeerHost } from './open-host.ts'
export type { PeerHost } from './peer-host.ts'
export { loadPeerKey, publicKeyOf } from './peer-key.ts'
