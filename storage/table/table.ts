import type { StorageKernel } from '../../src/proving/index.ts'
import type { StorageParams } from '../params.ts'
import type { BlobClaim, NameRecord, ProviderRecord, StorageRecord } from '../records/judge.ts'
import { BlobTable, type PlacingReject } from './blobs.ts'
import { Names, Providers } from './registry.ts'

/** Whether a record of a block counts; of one that does not, why. */
export type Outcome = PlacingReject | 'seq-not-higher' | null

/**
 * What follows from the records of Bitcoin's chain alone: which blobs count and where, whose keys count, what names mean.
 * Blocks are applied in order and undone from the last one; blocks without records need not be told. After any number of
 * them it is the same as one that was only told of the blocks that stayed.
 */
export class StorageTable {
  readonly blobs: BlobTable
  readonly providers: Providers
  readonly names: Names
  readonly #heights: number[] = []

  constructor(kernel: Pick<StorageKernel, 'poseidon' | 'treeNodes'>, params: StorageParams) {
    this.blobs = new BlobTable(kernel, params)
    this.providers = new Providers(params)
    this.names = new Names(params)
  }

  /** Height of the last block with records that was applied; null before the first. */
  get height(): number | null {
    return this.#heights.at(-1) ?? null
  }

  /** Applies the records of a block, which are in the order of its transactions; what becomes of each. */
  apply(height: number, records: readonly StorageRecord[]): Outcome[] {
    const last = this.height
    if (last !== null && height <= last) throw new RangeError(`block ${height} does not come after ${last}`)
    this.#heights.push(height)
    const blobs = ofKind<BlobClaim>(records, 'blob')
    const names = ofKind<NameRecord>(records, 'name')
    const outcomes: Outcome[] = records.map(() => null)
    for (const [i, reject] of this.blobs.apply(height, blobs.said).entries()) outcomes[blobs.at[i] as number] = reject
    this.providers.apply(height, ofKind<ProviderRecord>(records, 'provider').said)
    for (const [i, holds] of this.names.apply(height, names.said).entries()) {
      if (!holds) outcomes[names.at[i] as number] = 'seq-not-higher'
    }
    return outcomes
  }

  /** Takes the last block out again. */
  undo(): void {
    const height = this.#heights.pop()
    if (height === undefined) throw new RangeError('no block is left to be taken out')
    this.blobs.undo(height)
    this.providers.undo(height)
    this.names.undo(height)
  }
}

/** Those of one kind, and where in the list they are. */
function ofKind<One extends StorageRecord>(records: readonly StorageRecord[], kind: One['kind']) {
  const at = [...records.keys()].filter((i) => records[i]?.kind === kind)
  return { at, said: at.map((i) => records[i] as One) }
}
