/** A blob of the table in a partition that is kept here. */
export interface WantedBlob {
  /** 64 hex digits, as the root and its author. */
  readonly id: string
  readonly root: string
  readonly length: number
  readonly author: string
  readonly partition: number
  /** Of the block that its record is in. */
  readonly height: number
}
