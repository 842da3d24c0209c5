import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '../../../lib/index.ts'
import type { InscriberService, SupersededRecord } from '../../../settlement/io/index.ts'
import { decodeResult, encodeResult, namesLog, type ProgramResult } from '../../result/result-file.ts'
import type { Spendings } from './spendings.ts'

export interface ReleaseComponents {
  readonly spendings: Pick<Spendings, 'releaseRecord'>
  /** That dropped the jobs; started. */
  readonly inscriber: Pick<InscriberService, 'knows'>
  /** Folder of its state. */
  readonly state: string
}

/**
 * Takes back what was charged for results whose job was dropped, since another of the group inscribed with its ticket: their records
 * cost nothing. Where the same record is on its way again the charge is for that, and stays: nothing else may be between a charge and
 * its sending meanwhile.
 */
export async function releaseSuperseded(
  { spendings, inscriber, state }: ReleaseComponents,
  records: readonly SupersededRecord[],
): Promise<void> {
  for (const { job, record, body } of records) {
    const read = decodeResult(body)
    if (!read.ok || !isAllCharged(read.result) || (await inscriber.knows(job))) continue
    const { seq } = record
    const author = bytesToHex(record.author)
    const program = bytesToHex(read.result.program)
    await spendings.releaseRecord({ program, seq, body: bodyHash(read.result), state, author })
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
