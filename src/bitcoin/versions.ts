import type { NetworkParams } from './params/network-params.ts'

/** The least signed version a header at `height` may have (BIP34, BIP66, BIP65); undefined where none is required. */
export function requiredVersion(params: NetworkParams, height: number): 2 | 3 | 4 | undefined {
  if (height >= params.v4Height) return 4
  if (height >= params.v3Height) return 3
  if (height >= params.v2Height) return 2
  return undefined
}
