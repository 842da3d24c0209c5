import type { IndexEntry } from './entry.ts'

/** Which inscriptions of an index; all that are left open fit. */
export interface Query {
  /** Hex. */
  readonly program?: string | undefined
  readonly author?: string | undefined
  readonly kind?: string | undefined
  /** Heights of the blocks that hold the inscriptions, both inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Records that count, and nothing else. */
  readonly records?: boolean | undefined
  /** At most so many. */
  readonly limit?: number | undefined
}

/** Whether an entry is of this program, kind and author, and counts where only those are asked for. */
export function matchesQuery({ record }: IndexEntry, { program, kind, author, records }: Query): boolean {
  return (
    (program === undefined || record?.program === program) &&
    (kind === undefined || record?.kind === kind) &&
    (author === undefined || record?.author === author) &&
    (records !== true || record?.counts === true)
  )
}
