import { findEnvelopes, type RawEnvelope } from './raw-envelope.ts'
import { TAG } from './tags.ts'
import { leafScript } from './tapscript.ts'

/**
 * What is wrong with an envelope, by ord's names and in ord's order of precedence
 * (src/index/updater/inscription_updater.rs). `reinscription` is not among them: it takes an index of all sats.
 */
export const ENVELOPE_ERRORS = [
  'unrecognized_even_field',
  'duplicate_field',
  'incomplete_field',
  'not_in_first_input',
  'not_at_offset_zero',
  'pointer',
  'pushnum',
  'stutter',
] as const

/** What is wrong with an envelope that is an inscription all the same, as ord names it. */
export type EnvelopeError = (typeof ENVELOPE_ERRORS)[number]

/** A tag and its value as they stand in the envelope, views of the witness. */
export interface EnvelopeField {
  readonly tag: Uint8Array
  readonly value: Uint8Array
}

/** One inscription. Absent fields are null; nothing of what they hold is checked. */
export interface Envelope {
  /** Number of the input whose witness holds it. */
  readonly input: number
  /** Which envelope of that input it is. */
  readonly offset: number
  /** Which envelope of the transaction it is: the N of ord's id `<txid>iN`. */
  readonly index: number
  readonly contentType: Uint8Array | null
  /** All pushes of the body joined; null where the envelope has no body, which an empty one is not. */
  readonly body: Uint8Array | null
  readonly metaprotocol: Uint8Array | null
  /** Joined from its chunks. */
  readonly metadata: Uint8Array | null
  readonly contentEncoding: Uint8Array | null
  readonly delegate: Uint8Array | null
  readonly parents: readonly Uint8Array[]
  readonly pointer: Uint8Array | null
  readonly rune: Uint8Array | null
  /** Joined from its chunks. */
  readonly properties: Uint8Array | null
  readonly propertyEncoding: Uint8Array | null
  /** Every field in order, the unknown ones too. */
  readonly fields: readonly EnvelopeField[]
  /** What ord calls a curse (before the jubilee) and what it vindicates after; null where nothing is wrong. */
  readonly error: EnvelopeError | null
  /** Everything that is wrong, in the order of `ENVELOPE_ERRORS`. */
  readonly errors: readonly EnvelopeError[]
  /** Has no location: an even field that nobody knows might affect it. (Spending nothing unbinds too: not seen here.) */
  readonly unbound: boolean
}

/** The part of a transaction that can hold envelopes. */
export interface Witnesses {
  readonly inputs: readonly { readonly witness: readonly Uint8Array[] }[]
}

/**
 * Every inscription of a transaction, as ord reads them: malformed ones too, with the name of what is wrong. Byte
 * arrays are views of the witness wherever one push holds them.
 *
 * @example
 * import { encodeEnvelope, parseEnvelopes } from 'wsc-bitcoin'
 *
 * const script = encodeEnvelope({ contentType: new TextEncoder().encode('text/plain'), body: Uint8Array.of(104, 105) })
 * const [found] = parseEnvelopes({ inputs: [{ witness: [script, new Uint8Array(33)] }] })
 * console.log(found?.index, found?.body, found?.error) // 0 Uint8Array(2) [ 104, 105 ] null
 */
export function parseEnvelopes(tx: Witnesses): Envelope[] {
  const found: Envelope[] = []
  for (const [input, { witness }] of tx.inputs.entries()) {
    const script = leafScript(witness)
    if (script === null) continue
    for (const raw of findEnvelopes(script)) found.push(interpret(raw, input, found.length))
  }
  return found
}

function interpret(raw: RawEnvelope, input: number, index: number): Envelope {
  const { pushes } = raw
  // Tags stand at even places; an empty one begins the body.
  let bodyAt = 0
  while (bodyAt < pushes.length && pushes[bodyAt]?.length !== 0) bodyAt += 2
  const hasBody = bodyAt < pushes.length
  const fields: EnvelopeField[] = []
  for (let i = 0; i + 1 < pushes.length && i < bodyAt; i += 2) {
    fields.push({ tag: pushes[i] as Uint8Array, value: pushes[i + 1] as Uint8Array })
  }
  const values = groupByTag(fields)
  const all = (tag: number) => values.get(String(tag)) ?? []
  const first = (tag: number) => all(tag)[0] ?? null
  const joined = (tag: number) => (all(tag).length === 0 ? null : joinPushes(all(tag)))
  const wrong: Record<EnvelopeError, boolean> = {
    unrecognized_even_field: hasUnrecognizedEven(fields, values),
    duplicate_field: values.size < fields.length,
    incomplete_field: !hasBody && pushes.length % 2 === 1,
    not_in_first_input: input !== 0,
    not_at_offset_zero: raw.offset !== 0,
    pointer: all(TAG.pointer).length > 0,
    pushnum: raw.pushnum,
    stutter: raw.stutter,
  }
  const errors = ENVELOPE_ERRORS.filter((name) => wrong[name])
  return {
    input,
    offset: raw.offset,
    index,
    contentType: first(TAG.contentType),
    body: hasBody ? joinPushes(pushes.slice(bodyAt + 1)) : null,
    metaprotocol: first(TAG.metaprotocol),
    metadata: joined(TAG.metadata),
    contentEncoding: first(TAG.contentEncoding),
    delegate: first(TAG.delegate),
    parents: all(TAG.parent),
    pointer: first(TAG.pointer),
    rune: first(TAG.rune),
    properties: joined(TAG.properties),
    propertyEncoding: first(TAG.propertyEncoding),
    fields,
    error: errors[0] ?? null,
    errors,
    unbound: wrong.unrecognized_even_field,
  }
}

function groupByTag(fields: readonly EnvelopeField[]): Map<string, Uint8Array[]> {
  const values = new Map<string, Uint8Array[]>()
  for (const { tag, value } of fields) {
    // Tags are bytes, not numbers: `02 00` is another tag than `02`.
    const key = tag.join()
    const there = values.get(key)
    if (there === undefined) values.set(key, [value])
    else there.push(value)
  }
  return values
}

/**
 * An even first byte makes a tag even. The one even field there is, the pointer, is used up by its first value: a
 * second one is recognised by nobody.
 */
function hasUnrecognizedEven(fields: readonly EnvelopeField[], values: ReadonlyMap<string, Uint8Array[]>): boolean {
  if ((values.get(String(TAG.pointer))?.length ?? 0) > 1) return true
  return fields.some(({ tag }) => (tag[0] as number) % 2 === 0 && !(tag.length === 1 && tag[0] === TAG.pointer))
}

/** One push alone stays a view: nearly all fields are one, and bodies of 520 bytes at most. */
function joinPushes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array
  // Not spread into a call: a reveal may hold more pushes than a call takes arguments.
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
