/** Whose record on Bitcoin asks that a result be inscribed, and within which bounds. */
export interface Asker {
  /** Inscription of the request. */
  readonly request: string
  /** The key that signed it, 64 hex digits. */
  readonly author: string
  /** The most that the result's record may cost, satoshis. */
  readonly most: bigint
  /** The last block at which one is of use. */
  readonly until: number
}

/** All that ask for one result now: one record answers them all, and whoever of them has room is charged for it. */
export interface Asked {
  readonly by: readonly [Asker, ...Asker[]]
  /** Of the tip, from which an author's share is counted back. */
  readonly height: number
}
