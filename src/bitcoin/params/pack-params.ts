import { bitcoinError } from '../errors.ts'
import type { NetworkParams } from './network-params.ts'

/**
 * The one field element (162 bits) that binds a proof to its network's rules: limitCompact (32 bits), retargeting
 * (1), custom (1), epochLength, v2Height, v3Height, v4Height (32 each), the first lowest.
 */
export function packParams(params: NetworkParams): bigint {
  if (!params.provable) throw bitcoinError('E_PARAMS', `${params.name} is checked natively only`)
  return (
    BigInt(params.limitCompact) |
    (BigInt(params.retargeting) << 32n) |
    (BigInt(params.custom) << 33n) |
    (BigInt(params.epochLength) << 34n) |
    (BigInt(params.v2Height) << 66n) |
    (BigInt(params.v3Height) << 98n) |
    (BigInt(params.v4Height) << 130n)
  )
}
