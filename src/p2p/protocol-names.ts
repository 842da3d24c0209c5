import { type NetworkParams, networkHash } from '../bitcoin/index.ts'
import { bytesToHex } from '../lib/index.ts'

/**
 * What stands before every protocol and topic, `wsc/<network>`: a peer of another network has no word in common with us. A
 * custom network is named by the first 16 digits of its hash, so that two of one name, and other rules, do not meet. Where
 * more was chosen than the network, `chosen` says what, after a hyphen.
 */
export function protocolPrefix(params: NetworkParams, chosen: string | null = null): string {
  const network = params.custom ? `custom-${bytesToHex(networkHash(params)).slice(0, 16)}` : params.name
  return `wsc/${network}${chosen === null ? '' : `-${chosen}`}`
}

/** Of a request protocol: `/wsc/regtest/bus/proof/1`. */
export function protocolId(prefix: string, name: string): string {
  return `/${prefix}/${name}`
}

/** Of gossip: `/wsc/regtest/gossip/bus/proof/1`. */
export function topicId(prefix: string, name: string): string {
  return `/${prefix}/gossip/${name}`
}
