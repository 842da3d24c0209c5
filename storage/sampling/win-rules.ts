import { networkHash } from '../../src/bitcoin/index.ts'
import type { StorageParams } from '../params.ts'
import { winThreshold } from './threshold.ts'

/** What wins on a network are judged by, computed once. */
export interface WinRules {
  readonly params: StorageParams
  readonly networkHash: Uint8Array
  /** θ */
  readonly threshold: bigint
}

export function winRules(params: StorageParams): WinRules {
  return { params, networkHash: networkHash(params.network), threshold: winThreshold(params.partitionBits) }
}
