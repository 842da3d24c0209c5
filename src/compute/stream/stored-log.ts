import { decodeField, encodeField, FIELD_BYTES, type TaggedHash } from '../../bus/index.ts'
import { type Result, rejection } from '../../lib/index.ts'
import { MAX_LOG_ENTRIES } from '../elements.ts'
import type { LogReference, StreamResult, WholeStream } from '../result/result-file.ts'
import { logOf } from './log.ts'

/** Bytes of the longest log as content of the storage network. */
export const MAX_LOG_BYTES: number = MAX_LOG_ENTRIES * FIELD_BYTES

/** Why content is not the log that a result names. */
export type StoredLogReject = 'malformed-log' | 'wrong-log'

/** A log as content of the storage network: 32 bytes an entry, little-endian, oldest first. */
export function encodeLog(log: readonly bigint[]): Uint8Array {
  return encodeField(log)
}

/** The same result with its log elsewhere. @param content id of the content that `encodeLog` makes, 32 bytes */
export function withoutLog(result: WholeStream, content: Uint8Array, hash: TaggedHash): StreamResult {
  return { ...result, log: { commitment: logOf(hash, result.log), content } }
}

/** The result with the log that it names. Nothing is believed of the content: its entries must be those that the result commits to. */
export function withLog(
  result: StreamResult & { readonly log: LogReference },
  content: Uint8Array,
  hash: TaggedHash,
): Result<{ readonly result: WholeStream }, StoredLogReject> {
  const entries = content.length / FIELD_BYTES
  // Each step appends one entry at most. Before anything is hashed, which takes long for the longest log there may be.
  const isLog = entries <= Math.min(result.steps, MAX_LOG_ENTRIES) && Number.isInteger(entries)
  const log = isLog ? decodeField(content) : null
  if (log === null)
    return rejection('malformed-log', `${content.length} bytes that are no list of entries of ${result.steps} steps`)
  if (logOf(hash, log) === result.log.commitment) return { ok: true, result: { ...result, log } }
  return rejection('wrong-log', `${log.length} entries, and not those that the result commits to`)
}
