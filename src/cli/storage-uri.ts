import { chainNumber, formatUri, type Target } from '../../storage/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'

/** By which it is read; null on a network that URIs cannot name. */
export function uriOf(target: Target, network: NetworkParams): string | null {
  const chain = chainNumber(network)
  return chain === null ? null : formatUri({ target, chain, path: '', folder: true, type: null })
}
