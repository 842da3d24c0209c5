import { z } from 'zod'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import { recordJson } from '../../attested-record.ts'
import { decodeRecord } from '../../record/codec.ts'
import type { FoundInscription } from '../../scan-block.ts'
import { summarize } from '../../summary.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const hex = z
  .string()
  .regex(/^[0-9a-f]*$/)
  .refine((digits) => digits.length % 2 === 0)
const count = z.int().min(0)

/** A record as the index keeps it: bytes as hex, the block's hash in display order. */
const recordSchema = z.strictObject({
  kind: z.string(),
  program: hash,
  height: count,
  blockHash: hash,
  output: hex,
  seq: count,
  author: hash,
  sig: hex,
  /** Whether its `seq` is greater than those of the records of this author and program that count before it. */
  counts: z.boolean(),
})

export const entrySchema = z.strictObject({
  /** ord's id, `<txid>iN`. */
  id: z.string(),
  height: count,
  /** Display order. */
  blockHash: hash,
  txIndex: count,
  input: count,
  index: count,
  contentType: z.string().nullable(),
  bodyLength: count.nullable(),
  bodySha256: hash.nullable(),
  metaprotocol: z.string().nullable(),
  error: z.string().nullable(),
  /** Null where the inscription is no record. */
  record: recordSchema.nullable(),
  /** Why an inscription with this project's metaprotocol is no record. */
  recordReject: z.string().nullable(),
})

/** One inscription as the index keeps it. */
export type IndexEntry = Readonly<z.output<typeof entrySchema>>

/** An inscription of a block, before it is known whether its record counts. */
export function toEntry(found: FoundInscription, height: number, blockHash: string, params: NetworkParams): IndexEntry {
  const { txid, ...summary } = summarize(found)
  const result = decodeRecord(found.envelope, params)
  const record = result.ok ? result.record : null
  return {
    id: `${txid}i${summary.index}`,
    height,
    blockHash,
    txIndex: found.txIndex,
    ...summary,
    record: record && { ...recordJson(record), counts: false },
    recordReject: result.ok || result.reject === 'not-wsc' ? null : result.reject,
  }
}

/** Sorts as the chain does. */
export function placeKey({ height, txIndex, index }: Pick<IndexEntry, 'height' | 'txIndex' | 'index'>): string {
  return [height, txIndex, index].map((number) => number.toString(16).padStart(8, '0')).join('.')
}
