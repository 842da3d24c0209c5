/** Settlement's half that runs in a browser: this project's records in inscriptions. */

export type { SettlementErrorCode } from './errors.ts'
export { encodeCbor } from './record/cbor.ts'
export { decodeRecord, type RecordReject, type RecordResult, recordContent } from './record/codec.ts'
export {
  MAX_BODY_BYTES,
  MAX_CONTENT_TYPE_BYTES,
  METAPROTOCOL,
  RECORD_VERSION,
  recordSchema,
  type UnsignedRecord,
  type WscRecord,
} from './record/record.ts'
export { counts, lineOf } from './record/sequence.ts'
export { recordMessage, type SignedContent, signatureHolds, signRecord } from './record/sign.ts'
export { type FoundInscription, scanBlock } from './scan-block.ts'
export { type InscriptionSummary, summarize } from './summary.ts'
