import { equalBytes, type Result, rejection } from '../../lib/index.ts'
import type { Draft, WscRecord } from '../../settlement/index.ts'
import { recordDraft } from '../record-draft.ts'
import { decodeResult, type ProgramResult, type ResultFormReject } from '../result/result-file.ts'

/** The kind of the records that hold results. */
export const RESULT_KIND = 'result'

/** Of their bodies. */
const RESULT_TYPE = 'application/wscr'

/** Why a record of this kind holds no result that is as it says. */
export type ResultRecordReject =
  | ResultFormReject
  | 'wrong-content-type'
  /** `output` is empty: what a result says stands in its body alone. */
  | 'output-not-empty'
  /** Its record says another program, height or block. */
  | 'other-than-its-record'

/** What is to be inscribed so that a result is on Bitcoin: a record about the program and block of the result, its bytes as the body. */
export function resultDraft(result: ProgramResult, bytes: Uint8Array, seq: number): Draft {
  const { program, height, blockHash } = result
  const content = { kind: RESULT_KIND, program, output: new Uint8Array(), contentType: RESULT_TYPE, body: bytes }
  return recordDraft(content, { height, blockHash, seq })
}

/** A record whose signature holds, as `decodeRecord` gives it. */
export interface SignedRecord<Said = WscRecord> {
  readonly record: Said
  readonly contentType: string
  readonly body: Uint8Array
}

/** Reads the result out of a record of kind `result`; whether it holds is not judged yet. */
export function readResultRecord({
  record,
  contentType,
  body,
}: SignedRecord<Pick<WscRecord, 'program' | 'height' | 'blockHash' | 'output'>>): Result<
  { readonly result: ProgramResult },
  ResultRecordReject
> {
  if (contentType !== RESULT_TYPE) return rejection('wrong-content-type', `a result is of type ${RESULT_TYPE}`)
  if (record.output.length > 0) return rejection('output-not-empty', `an output of ${record.output.length} bytes`)
  const read = decodeResult(body)
  if (!read.ok) return read
  const { program, height, blockHash } = read.result
  const same =
    equalBytes(program, record.program) && height === record.height && equalBytes(blockHash, record.blockHash)
  if (same) return read
  return rejection('other-than-its-record', 'its record is about another program, height or block')
}
