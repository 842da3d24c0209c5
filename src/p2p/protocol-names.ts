import { type NetworkParams, networkHash } from '../bitcoin/index.ts'
import { bytesToHex } from '../lib/index.ts'

/**
 * What stands before every protocol and topic, `wsc/<network>`: a peer of another network has no word in common with us. A
 * custom network is named by the first 16 digits of its hash, so that two of one name, and other rules, do not meet.
 */
export function protocolPrefix(params: NetworkParams): string {
  const network = params.custom ? `custom-${bytesToHex(networkHash(params)).slice(0, 16)}` : params.name
  return `wsc/${network}`
}

/** Of a request protocol: `/wsc/regtest/bus/proof/1`. */
export function protocolId(params: NetworkParams, name: string): string {
  return `/${protocolPrefix(params)}/${name}`
}

/** Of gossip: `/wsc/regtest/gossip/bus/proof/1`. */
export function topicId(params: NetworkParams, name: string): string {
  return `/${protocolPrefix(params)}/gossip/${name}`
}
