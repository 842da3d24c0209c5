import { toDisplay } from '../bitcoin/index.ts'
import { bytesToHex, equalBytes } from '../lib/index.ts'
import type { Draft, Json, Publication, RecordPlace } from '../settlement/index.ts'

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

/** To be published, at whichever block. */
export function publicationOf(content: RecordContent): Publication {
  return {
    program: content.program,
    draft: (place) => recordDraft(content, place),
    saysSame: ({ output, body }) => equalBytes(output, content.output) && equalBytes(body, content.body),
  }
}
