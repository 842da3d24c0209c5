import { type Envelope, type EnvelopeContent, MAX_PUSH_BYTES, type NetworkParams, TAG } from '../../bitcoin/index.ts'
import { type Result, utf8 } from '../../lib/index.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { MAX_BODY_BYTES, MAX_CONTENT_TYPE_BYTES, METAPROTOCOL, recordSchema, type WscRecord } from './record.ts'
import { signatureHolds } from './sign.ts'

/** Why an inscription’s metadata and body are no record that counts. */
export type RecordReject =
  /** Another metaprotocol, or none: not meant as a record. */
  | 'not-wsc'
  /** ord's name for what is wrong with the envelope follows in the detail. */
  | 'envelope-error'
  /** A field besides content type, metaprotocol and metadata: the signature covers no other. */
  | 'extra-field'
  | 'no-content'
  | 'oversized'
  | 'not-cbor'
  | 'not-deterministic'
  | 'bad-record'
  | 'bad-signature'

/** A record whose signature holds, or why it is none. */
export type RecordResult = Result<
  {
    readonly record: WscRecord
    readonly contentType: string
    readonly body: Uint8Array
  },
  RecordReject
>

const encoder = new TextEncoder()

/**
 * The envelope of a signed record.
 *
 * @example
 * import { encodeEnvelope, recordContent, regtest, signRecord } from 'wsc-bitcoin'
 *
 * const secretKey = new Uint8Array(32).fill(1)
 * const type = 'text/plain'
 * const content = { params: regtest, contentType: new TextEncoder().encode(type), body: new Uint8Array(3) }
 * const zeros = new Uint8Array(32)
 * const about = { v: 1, kind: 'result', program: zeros, height: 7, blockHash: zeros, output: zeros, seq: 1 }
 * const record = signRecord(about, content, secretKey, zeros)
 * console.log(encodeEnvelope(recordContent(record, type, content.body)).length) // 303
 */
export function recordContent(record: WscRecord, contentType: string, body: Uint8Array): EnvelopeContent {
  return {
    contentType: encoder.encode(contentType),
    metaprotocol: encoder.encode(METAPROTOCOL),
    metadata: encodeCbor(record),
    body,
  }
}

const FIELDS: ReadonlySet<number> = new Set([TAG.contentType, TAG.metaprotocol, TAG.metadata])
const refuse = (reject: RecordReject, detail: string): RecordResult => ({ ok: false, reject, detail })

/**
 * Reads a record out of an envelope: one form only, signed for this network. Whether its `seq` counts is the chain's.
 *
 * @example
 * import { decodeRecord, encodeEnvelope, parseEnvelopes, regtest } from 'wsc-bitcoin'
 *
 * const script = encodeEnvelope({ metaprotocol: new TextEncoder().encode('wsc'), body: new Uint8Array(3) })
 * const [envelope] = parseEnvelopes({ inputs: [{ witness: [script, new Uint8Array(33)] }] })
 * const result = decodeRecord(envelope, regtest)
 * console.log(result.ok ? result.record.kind : result.reject) // no-content
 */
export function decodeRecord(envelope: Envelope, params: NetworkParams): RecordResult {
  const { body, contentType, metadata, metaprotocol } = envelope
  if (metaprotocol === null || utf8(metaprotocol) !== METAPROTOCOL) {
    return refuse('not-wsc', `the metaprotocol is not ${METAPROTOCOL}`)
  }
  if (envelope.error !== null) return refuse('envelope-error', envelope.errors.join(', '))
  const extra = envelope.fields.find(({ tag }) => tag.length !== 1 || !FIELDS.has(tag[0] as number))
  if (extra !== undefined) return refuse('extra-field', `tag ${extra.tag.slice(0, 8).join(' ')}`)
  if (contentType === null || metadata === null || body === null) {
    return refuse('no-content', 'a record has a content type, metadata and a body')
  }
  if (metadata.length > MAX_PUSH_BYTES) return refuse('oversized', `metadata of ${metadata.length} bytes`)
  if (body.length > MAX_BODY_BYTES) return refuse('oversized', `a body of ${body.length} bytes`)
  if (contentType.length > MAX_CONTENT_TYPE_BYTES) {
    return refuse('oversized', `a content type of ${contentType.length} bytes`)
  }
  const type = utf8(contentType)
  if (type === null) return refuse('no-content', 'the content type is not UTF-8')
  const cbor = decodeCbor(metadata)
  if (!cbor.ok) return cbor
  const parsed = recordSchema.safeParse(cbor.value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return refuse('bad-record', `${issue?.path.join('.') || 'the record'}: ${issue?.message}`.slice(0, 200))
  }
  const record = parsed.data
  if (!signatureHolds(record, { params, contentType, body })) {
    return refuse('bad-signature', `not signed by the author for this content on ${params.name}`)
  }
  return { ok: true, record, contentType: type, body }
}
