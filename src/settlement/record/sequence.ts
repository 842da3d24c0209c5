import { bytesToHex } from '@noble/hashes/utils.js'
import type { WscRecord } from './record.ts'

/** Who counts for what: `seq` rises within one of these. Hex. */
export function lineOf(record: Pick<WscRecord, 'author' | 'program'>): string {
  return `${bytesToHex(record.author)}:${bytesToHex(record.program)}`
}

/**
 * Whether a record counts, given the greatest `seq` of those of its line that count before it in the chain. Of two with
 * one `seq` the earlier counts, and one that comes late with a smaller `seq` does not.
 */
export function counts(seq: number, greatestBefore: number | undefined): boolean {
  return greatestBefore === undefined || seq > greatestBefore
}
