import type { BlockHash } from '../../bitcoin/index.ts'
import type { Draft } from './compose.ts'

/** Which block a record is about, and its number in its line. */
export interface RecordPlace {
  readonly height: number
  readonly blockHash: BlockHash
  readonly seq: number
}

/** What a record of an author's is to say, whichever block it is signed under. */
export interface Publication {
  /** 32 bytes: with the author it names the line of records. */
  readonly program: Uint8Array
  /** To be signed and inscribed there. */
  draft(place: RecordPlace): Draft
  /** Whether a record of the same line says it already. */
  saysSame(record: { readonly output: Uint8Array; readonly body: Uint8Array }): boolean
}
