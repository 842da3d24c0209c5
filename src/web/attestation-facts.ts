import type { AttestationKind, AttestationPayload, VerifiedAttestation } from '../bus/index.ts'
import { bytesToHex, utf8 } from '../lib/index.ts'
import type { AttestedRecord, RecordReject } from '../settlement/index.ts'
import { duration, type Fact, grouped, utc } from './facts.ts'

const KINDS: Readonly<Record<AttestationKind, string>> = {
  header: 'Block header',
  tx: 'Transaction',
  output: 'Output',
  inscription: 'Inscription',
}

/** Outputs of a transaction that are listed one by one. */
const MAX_OUTPUTS = 20
/** Longest body that is shown as text; bytes. */
const MAX_TEXT = 8192

export function kindText(kind: AttestationKind): string {
  return KINDS[kind]
}

export interface CheckTiming {
  readonly verifyMs: number
  readonly attestationBytes: number
}

/**
 * What a valid attestation says, in reading order: all of it was recomputed from what the proof commits to. `json` is
 * what the command prints of it.
 */
export function attestedFacts(result: VerifiedAttestation, json: Record<string, unknown>, timing: CheckTiming): Fact[] {
  const about = json.payload as Record<string, unknown>
  return [
    { label: 'Attested', value: KINDS[result.payload.kind] },
    { label: 'In block', value: `height ${grouped(result.height)}` },
    { label: 'Block hash', value: String(json.blockHash), mono: true, copy: true },
    {
      label: 'Confirmations',
      value: grouped(result.confirmations),
      note: 'up to the proof’s tip, this block included',
    },
    { label: 'Block’s time', value: utc(result.header.time), note: 'as its miner wrote it' },
    ...payloadFacts(result.payload, about),
    { label: 'Attestation size', value: `${grouped(timing.attestationBytes)} bytes` },
    { label: 'Time taken', value: `checked in ${duration(timing.verifyMs)}`, note: 'beyond the proof' },
  ]
}

/** `about` is what the command prints of the same payload. */
function payloadFacts(payload: AttestationPayload, about: Record<string, unknown>): Fact[] {
  switch (payload.kind) {
    case 'header':
      return [
        { label: 'Block before it', value: String(about.prevHash), mono: true, copy: true },
        { label: 'Merkle root', value: String(about.merkleRoot), mono: true, copy: true },
      ]
    case 'tx': {
      const { outputs, inputs } = payload.transaction
      const left = outputs.length - MAX_OUTPUTS
      return [
        txidFact(about),
        { label: 'Place in block', value: `number ${grouped(payload.index)}`, note: 'counted from 0, the coinbase' },
        { label: 'Inputs', value: grouped(inputs.length) },
        ...outputs.slice(0, MAX_OUTPUTS).flatMap((output, i) => outputFacts(i, output)),
        ...(left > 0 ? [{ label: 'Further outputs', value: grouped(left), note: 'in the JSON below' }] : []),
      ]
    }
    case 'output':
      return [txidFact(about), ...outputFacts(payload.output, payload)]
    case 'inscription':
      return inscriptionFacts(payload, about)
  }
}

const txidFact = (about: Record<string, unknown>): Fact => ({
  label: 'Txid',
  value: String(about.txid),
  mono: true,
  copy: true,
})

function outputFacts(
  index: number,
  { value, script }: { readonly value: bigint; readonly script: Uint8Array },
): Fact[] {
  return [
    { label: `Output ${index}`, value: `${bitcoins(value)} BTC`, note: `${value.toLocaleString('en')} satoshis` },
    {
      label: `Script ${index}`,
      value: script.length === 0 ? 'empty' : bytesToHex(script),
      ...(script.length === 0 ? {} : { mono: true, copy: true, note: `${grouped(script.length)} bytes` }),
    },
  ]
}

function inscriptionFacts(
  { envelope }: Extract<AttestationPayload, { kind: 'inscription' }>,
  about: Record<string, unknown>,
): Fact[] {
  const type = textFact('Content type', envelope.contentType)
  return [
    {
      label: 'Inscription',
      value: String(about.id),
      note: 'reveal’s txid, and which of its envelopes',
      mono: true,
      copy: true,
    },
    { label: 'In input', value: grouped(envelope.input) },
    type ?? { label: 'Content type', value: 'none' },
    envelope.body === null
      ? { label: 'Body', value: 'none' }
      : { label: 'Body', value: `${grouped(envelope.body.length)} bytes` },
    ...(about.bodySha256 === null
      ? []
      : [{ label: 'SHA-256 of body', value: String(about.bodySha256), mono: true, copy: true }]),
    ...optional(textFact('Encoding', envelope.contentEncoding)),
    ...optional(textFact('Metaprotocol', envelope.metaprotocol)),
    ...(envelope.metadata === null
      ? []
      : [
          {
            label: 'Metadata',
            value: bytesToHex(envelope.metadata) || 'empty',
            note: `${grouped(envelope.metadata.length)} bytes`,
            mono: true,
            copy: true,
          },
        ]),
    ...(envelope.error === null
      ? []
      : [{ label: 'Malformed', value: envelope.error, note: 'ord’s name for it', bad: true }]),
    ...(envelope.unbound ? [{ label: 'Unbound', value: 'it is on no satoshi', bad: true }] : []),
    ...recordFacts(about as unknown as AttestedRecord),
  ]
}

/** What the inscription says as a record of this project, once its author's signature holds. */
function recordFacts({ record, recordReject }: AttestedRecord): Fact[] {
  if (recordReject != null) {
    return [{ label: 'Record', value: recordReject, note: RECORD_REASONS[recordReject], bad: true }]
  }
  if (record == null) return []
  const long = (label: string, value: string): Fact => ({ label, value: value || 'empty', mono: true, copy: true })
  return [
    { label: 'Record', value: record.kind, note: 'signed by its author' },
    long('Author', record.author),
    long('Program', record.program),
    { label: 'About block', value: `height ${grouped(record.height)}`, note: 'as its author says' },
    long('Hash of it', record.blockHash),
    long('Output', record.output),
    { label: 'Sequence', value: grouped(record.seq), note: 'whether it counts is not known from one inscription' },
  ]
}

/** What each reason means to a reader who knows Bitcoin but not this project. */
const RECORD_REASONS: Readonly<Record<RecordReject, string>> = {
  'not-wsc': 'it is not meant as a record',
  'envelope-error': 'its envelope is malformed',
  'extra-field': 'it has a field that no signature covers',
  'no-content': 'it lacks a content type, metadata or a body',
  oversized: 'a part of it is too long',
  'not-cbor': 'its metadata is no CBOR',
  'not-deterministic': 'its metadata is not in the one form it may have',
  'bad-record': 'its metadata does not say what a record says',
  'bad-signature': 'its author has not signed this',
}

const optional = (fact: Fact | undefined): Fact[] => (fact === undefined ? [] : [fact])

/** A field that should be text, and is shown in hexadecimal where it is none. */
function textFact(label: string, bytes: Uint8Array | null): Fact | undefined {
  if (bytes === null) return undefined
  const text = plainText(bytes)
  if (text !== null) return { label, value: text === '' ? 'empty' : text }
  return { label, value: bytesToHex(bytes), note: 'is no text: hexadecimal', mono: true }
}

/** The body where it calls itself text, is short and is UTF-8; it is never more than shown as text. */
export function bodyText({ payload }: VerifiedAttestation): string | null {
  if (payload.kind !== 'inscription') return null
  const { contentType, contentEncoding, body } = payload.envelope
  if (body === null || body.length === 0 || body.length > MAX_TEXT || contentEncoding !== null) return null
  const type = contentType === null ? null : plainText(contentType)
  return type !== null && /^(text\/|application\/json\b)/i.test(type) ? plainText(body) : null
}

/** Null where it is no UTF-8, or holds control characters other than tabs and line ends. */
function plainText(bytes: Uint8Array): string | null {
  const text = utf8(bytes)
  return text === null || /[^\P{Cc}\t\n\r]/u.test(text) ? null : text
}

/** What may be read into an attestation and is not in it. */
export function notShown({ kind }: AttestationPayload): string[] {
  const block = 'That the block is valid: only its header’s rules are proved, and what the header commits to.'
  const later = 'That the block is in the best chain now: it is in the chain that the proof is of.'
  switch (kind) {
    case 'header':
      return [block, later]
    case 'tx':
      return ['That an output is unspent.', 'Its signatures: a txid does not commit to the witness.', block, later]
    case 'output':
      return ['That the output is unspent.', block, later]
    case 'inscription':
      return [
        'Who owns it, or where it is now.',
        'That the body is what its content type says, or harmless.',
        'That a record in it counts: the records before it decide.',
        block,
        later,
      ]
  }
}

function bitcoins(satoshis: bigint): string {
  const digits = satoshis.toString().padStart(9, '0')
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`
}
