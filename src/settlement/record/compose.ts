import {
  type Envelope,
  type EnvelopeContent,
  encodeEnvelope,
  fromDisplay,
  type NetworkParams,
  parseEnvelopes,
} from '../../bitcoin/index.ts'
import {
  aByteArray,
  aText,
  equalBytes,
  hash256,
  hexToBytes,
  hexUpTo,
  type OptionRules,
  optional,
  type Rejection,
  type Result,
  rejection,
  requireOptions,
} from '../../lib/index.ts'
import { decodeRecord, recordContent } from './codec.ts'
import { isJson, type Json } from './json.ts'
import { encodeJson, holdsJson } from './json-cbor.ts'
import { JsonFloat } from './json-number.ts'
import {
  MAX_BODY_BYTES,
  MAX_CONTENT_TYPE_BYTES,
  METAPROTOCOL,
  RECORD_VERSION,
  recordSchema,
  type UnsignedRecord,
  type WscRecord,
} from './record.ts'
import type { SignedContent } from './sign.ts'

/** What is to be inscribed. */
export interface Draft {
  readonly body: Uint8Array
  /** A MIME type; `application/octet-stream` unless given. */
  readonly contentType?: string | undefined
  /** An object; with a `kind` it says what a record says. */
  readonly metadata?: Json | undefined
}

/** Who signs records; a wallet does. */
export interface RecordSigner {
  readonly params: NetworkParams
  signRecord(record: Omit<UnsignedRecord, 'author'>, content: Omit<SignedContent, 'params'>): WscRecord
}

/** What is to be inscribed. */
export interface Composed {
  readonly envelope: Uint8Array
  /** Null where it is no record. */
  readonly record: WscRecord | null
}

/** Why nothing is inscribed: what was given would be altered, or would not count. */
export type ComposeReject =
  | 'body-too-long'
  | 'bad-content-type'
  | 'bad-metadata'
  | 'metadata-too-long'
  /** With a `kind`, and yet no record. */
  | 'bad-record'
  /** Read back, the envelope is not what was given. */
  | 'not-kept'

const DRAFT: OptionRules<Draft> = {
  body: aByteArray,
  contentType: optional(aText),
  metadata: optional({ what: 'what parseJson gives', holds: isJson }),
}

/** ord reads no more pushes of metadata than it has to; this is far below what nodes relay. */
const MAX_METADATA_BYTES = 4096

/**
 * The envelope of one inscription, and the signed record where the metadata is one. What was composed is read again by
 * the rules of readers and compared with what was given: what cannot be kept is refused here, before anyone pays for it.
 *
 * @example
 * import { composeInscription, parseJson, regtest, Wallet } from 'wsc-bitcoin'
 *
 * const read = parseJson('{"name":"seven","value":7.0}')
 * const draft = { body: Uint8Array.of(7), metadata: read.ok ? read.value : undefined }
 * const made = composeInscription(draft, new Wallet(regtest, new Uint8Array(32).fill(1)))
 * console.log(made.ok ? made.record : made.reject) // null
 */
export function composeInscription(draft: Draft, signer: RecordSigner): Result<Composed, ComposeReject> {
  requireOptions('composeInscription', draft, DRAFT)
  const { body, contentType = 'application/octet-stream', metadata } = draft
  if (body.length > MAX_BODY_BYTES) {
    return rejection('body-too-long', `it is longer than ${MAX_BODY_BYTES} bytes, the most that one inscription holds`)
  }
  const type = new TextEncoder().encode(contentType)
  if (!contentType.isWellFormed() || type.length < 1 || type.length > MAX_CONTENT_TYPE_BYTES) {
    return rejection('bad-content-type', `a content type has 1 to ${MAX_CONTENT_TYPE_BYTES} bytes of text`)
  }
  if (metadata === undefined) return plain({ contentType: type, body }, null)
  if (!(metadata instanceof Map)) return rejection('bad-metadata', 'the metadata must be a JSON object')
  return metadata.has('kind')
    ? record(metadata, contentType, draft, signer)
    : plain({ contentType: type, body }, metadata)
}

function plain(content: EnvelopeContent, json: ReadonlyMap<string, Json> | null): Result<Composed, ComposeReject> {
  const metadata = json === null ? undefined : encodeJson(json)
  if (metadata !== undefined && metadata.length > MAX_METADATA_BYTES) {
    return rejection('metadata-too-long', `the metadata is longer than ${MAX_METADATA_BYTES} bytes`)
  }
  const envelope = encodeEnvelope(metadata === undefined ? content : { ...content, metadata })
  const read = readBack(envelope)
  const found = read?.metadata ?? null
  const kept = json === null ? found === null : found !== null && holdsJson(found, json)
  return kept && read !== null && holds(read, content) ? { ok: true, envelope, record: null } : notKept()
}

const { shape } = recordSchema

/** What a record says, as people write it: its bytes in hexadecimal; version, author and signature are added. */
const statedSchema = recordSchema.omit({ v: true, author: true, sig: true }).extend({
  program: hash256.transform(hexToBytes).pipe(shape.program),
  /** As explorers show it. */
  blockHash: hash256.transform((text): Uint8Array => fromDisplay(text)).pipe(shape.blockHash),
  output: hexUpTo(64).transform(hexToBytes).pipe(shape.output),
})

function record(
  metadata: ReadonlyMap<string, Json>,
  contentType: string,
  { body }: Draft,
  signer: RecordSigner,
): Result<Composed, ComposeReject> {
  const unknown = [...metadata.keys()].find((key) => !Object.hasOwn(statedSchema.shape, key))
  if (unknown !== undefined) return badRecord(`it has no field ${JSON.stringify(unknown)}`)
  const missing = Object.keys(statedSchema.shape).filter((key) => !metadata.has(key))
  if (missing.length > 0) {
    const otherwise = 'without "kind" it would be inscribed as it is (docs/settlement.md)'
    return badRecord(`it lacks ${missing.join(', ')}; ${otherwise}`)
  }
  const parsed = statedSchema.safeParse(Object.fromEntries([...metadata].map(([key, value]) => [key, number(value)])))
  if (!parsed.success)
    return badRecord(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  const type = new TextEncoder().encode(contentType)
  const signed = signer.signRecord({ v: RECORD_VERSION, ...parsed.data }, { contentType: type, body })
  const envelope = encodeEnvelope(recordContent(signed, contentType, body))
  const read = readBack(envelope)
  const decoded = read === null ? null : decodeRecord(read, signer.params)
  if (decoded?.ok !== true || !holds(read as Envelope, { contentType: type, body })) return notKept()
  return sameRecord(decoded.record, signed) ? { ok: true, envelope, record: signed } : notKept()
}

/** A schema's own idea of a number; one that is too great stays what no schema takes. */
function number(value: Json): unknown {
  if (value instanceof JsonFloat) return value.value
  return typeof value === 'bigint' && BigInt(Number(value)) === value ? Number(value) : value
}

function sameRecord(a: WscRecord, b: WscRecord): boolean {
  const keys = Object.keys(recordSchema.shape) as (keyof WscRecord)[]
  return keys.every((key) => {
    const [one, other] = [a[key], b[key]]
    return one instanceof Uint8Array ? other instanceof Uint8Array && equalBytes(one, other) : one === other
  })
}

/** By the rules of everyone who reads inscriptions; null unless it is exactly one. */
function readBack(envelope: Uint8Array): Envelope | null {
  const found = parseEnvelopes({ inputs: [{ witness: [envelope, new Uint8Array(33)] }] })
  return found.length === 1 ? (found[0] ?? null) : null
}

function holds(read: Envelope, { contentType, body }: EnvelopeContent): boolean {
  const same = (a: Uint8Array | null, b: Uint8Array | undefined) => a !== null && b !== undefined && equalBytes(a, b)
  return same(read.contentType, contentType) && same(read.body, body)
}

function badRecord(detail: string): Rejection<ComposeReject> {
  return rejection('bad-record', `the metadata is no record of ${METAPROTOCOL}: ${detail}`)
}

function notKept(): Rejection<ComposeReject> {
  return rejection('not-kept', 'read back, the inscription would not be what was given')
}
