/** Settlement's half that runs in a browser: this project's records in inscriptions. */

export {
  type AttestedRecord,
  type AttestedRecordReject,
  attestedJson,
  attestedRecord,
  type RecordJson,
  requireAuthor,
  withRecord,
} from './attested-record.ts'
export type { SettlementErrorCode } from './errors.ts'
export { firstInscriptionHeight } from './first-inscription.ts'
export { decodeCbor, encodeCbor } from './record/cbor.ts'
export { decodeRecord, type RecordReject, type RecordResult, recordContent } from './record/codec.ts'
export {
  type Composed,
  type ComposeReject,
  composeInscription,
  type Draft,
  type RecordSigner,
} from './record/compose.ts'
export { type Json, type JsonReject, parseJson } from './record/json.ts'
export { JsonFloat } from './record/json-number.ts'
export type { Publication, RecordPlace } from './record/publication.ts'
export {
  MAX_BODY_BYTES,
  METAPROTOCOL,
  type UnsignedRecord,
  type WscRecord,
} from './record/record.ts'
export { recordEnvelope } from './record/record-envelope.ts'
export { recordMessage, recordMessageOfHash, type SignedContent, signatureHolds, signRecord } from './record/sign.ts'
export { type FoundInscription, scanBlock } from './scan-block.ts'
export { type InscriptionSummary, summarize } from './summary.ts'
