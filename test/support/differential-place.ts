import { type BlockHash, type ChainContext, decodeCompact } from '../../src/bitcoin/index.ts'
import type { HashRange } from './mine.ts'

/** A place in the tree of headers; `index` is -1 for a genesis. */
export interface Place {
  readonly network: number
  readonly index: number
  readonly context: ChainContext
}

/** A header to be mined; what is left out is what the rules want. */
export interface Wanted {
  readonly time: number
  readonly version?: number
  readonly bits?: number
  readonly prevHash?: BlockHash
  readonly range?: (target: bigint) => HashRange
  readonly rule?: string
  readonly reject?: string
  readonly note?: string
}

export type Add = (parent: Place, wanted: Wanted) => Promise<Place>

/** At most eight times the limit's difficulty: a few seconds to mine. */
export function cheap(bits: number): boolean {
  return decodeCompact(bits).target >= decodeCompact(0x1e0377ae).target >> 3n
}
