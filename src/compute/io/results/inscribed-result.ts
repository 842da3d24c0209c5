import type { ReadOptions } from '../../../../storage/index.ts'
import { fromDisplay } from '../../../bitcoin/index.ts'
import { poseidonOf } from '../../../bus/index.ts'
import { bytesToHex, hexToBytes, type Result, rejection } from '../../../lib/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import type { LogReference, ProgramResult, StreamResult } from '../../result/result-file.ts'
import { RESULT_KIND, readResultRecord } from '../../results/result-record.ts'
import { MAX_LOG_BYTES, withLog } from '../../stream/stored-log.ts'
import { fetchContent } from '../fetch-content.ts'

/** Reads the result that an inscription of the node's chain holds. Whether it holds is not judged. @param id ord's, `<txid>iN` */
export async function inscribedResult(
  inscriptions: Pick<IndexService, 'index' | 'body'>,
  id: string,
  signal?: AbortSignal,
): Promise<Result<{ readonly result: ProgramResult }, string>> {
  const entry = await inscriptions.index.get(id)
  const record = entry?.record
  if (entry === null || record?.kind !== RESULT_KIND) {
    return rejection('not-inscribed', `no record of a result on this chain is ${id}`)
  }
  const { height } = record
  const about = { program: hexToBytes(record.program), output: hexToBytes(record.output) }
  return readResultRecord({
    record: { ...about, height, blockHash: fromDisplay(record.blockHash) },
    contentType: entry.contentType ?? '',
    body: await inscriptions.body(entry, signal),
  })
}

/** Reads the log that a result names from gateways that nobody trusts, and gives the result that holds it. */
export async function fetchLog(
  result: StreamResult & { readonly log: LogReference },
  options: ReadOptions,
): Promise<Result<{ readonly result: ProgramResult }, string>> {
  const read = await fetchContent(bytesToHex(result.log.content), MAX_LOG_BYTES, options)
  return read.ok ? withLog(result, read.bytes, poseidonOf(options.kernel)) : read
}
