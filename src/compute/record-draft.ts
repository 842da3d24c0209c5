import { type BlockHash, toDisplay } from '../bitcoin/index.ts'
import { bytesToHex } from '../lib/index.ts'
import type { Draft, Json } from '../settlement/index.ts'

/** Which block a record is about, and its number in its line. */
export interface RecordPlace {
  readonly height: number
  readonly blockHash: BlockHash
  readonly seq: number
}

/** What a record of this part says. */
export interface RecordContent {
  readonly kind: string
  /** 32 bytes: with the author it names the line of records. */
  readonly program: Uint8Array
  readonly output: Uint8Array
  readonly contentType: string
  readonly body: Uint8Array
}

/** To be signed and inscribed. */
export function recordDraft(content: RecordContent, { height, blockHash, seq }: RecordPlace): Draft {
  const { kind, program, output, contentType, body } = content
  const metadata = new Map<string, Json>([
    ['kind', kind],
    ['program', bytesToHex(program)],
    ['height', BigInt(height)],
    ['blockHash', toDisplay(blockHash)],
    ['output', bytesToHex(output)],
    ['seq', BigInt(seq)],
  ])
  return { body, contentType, metadata }
}
