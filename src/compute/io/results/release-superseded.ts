import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '../../../lib/index.ts'
import type { SupersededRecord } from '../../../settlement/io/index.ts'
import { decodeResult, encodeResult, namesLog, type ProgramResult } from '../../result/result-file.ts'
import type { Spendings } from './spendings.ts'

/**
 * Takes back what was charged for results whose job was dropped, since another of the group inscribed with its ticket: their records
 * cost nothing.
 *
 * @param state Folder of the inscriber that dropped it
 */
export async function releaseSuperseded(
  spendings: Pick<Spendings, 'releaseRecord'>,
  state: string,
  records: readonly SupersededRecord[],
): Promise<void> {
  for (const { record, body } of records) {
    const read = decodeResult(body)
    if (!read.ok || !isAllCharged(read.result)) continue
    const { seq } = record
    await spendings.releaseRecord({ program: bytesToHex(read.result.program), seq, body: bodyHash(read.result), state })
  }
}

/** Whether its record is all that a charge is for: what stores a log may have been paid by the same. */
export function isAllCharged(result: ProgramResult): boolean {
  return !namesLog(result)
}

/** SHA-256 of the body of a result's record, as charges name it. */
export function bodyHash(result: ProgramResult): string {
  return bytesToHex(sha256(encodeResult(result)))
}
