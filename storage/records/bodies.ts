import * as z from 'zod'
import { type Result, rejection } from '../../src/lib/index.ts'
import { decodeCbor, encodeCbor } from '../../src/settlement/index.ts'

/** Bodies are short; a longer one is none. */
const MAX_BODY_BYTES = 512
/** A proof of the circuit `win` has 2,656 bytes. */
const MAX_PROOF_BYTES = 6_144

const bytes = (...lengths: number[]) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && lengths.includes(value.length),
    `must have ${lengths.join(' or ')} bytes`,
  )

/** A name within its author's own. */
export const nameSchema: z.ZodString = z.string().regex(/^[a-z0-9.-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9, . and -')

export function isName(text: string): boolean {
  return nameSchema.safeParse(text).success
}

/** Body of a record of kind `blob`. */
const blobSchema = z.strictObject({
  root: bytes(32),
  coding: z.int().min(0).max(0xffff_ffff),
  length: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
})

/** Body of a record of kind `provider`: an Ed25519 key and its signature, or nothing to withdraw. */
const providerSchema = z.union([z.strictObject({ key: bytes(32), sig: bytes(64) }), z.strictObject({})])

/** Body of a record of kind `name`: a blob's id, or nothing to take the name back. */
const namedSchema = z.strictObject({
  id: bytes(32, 0),
  name: nameSchema,
})

/** Body of a record of kind `win`: a try of the author's in a partition, and the proof that it wins. */
const winSchema = z.strictObject({
  try: z.int().min(0).max(0xffff_ffff),
  proof: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length <= MAX_PROOF_BYTES,
    `must have at most ${MAX_PROOF_BYTES} bytes`,
  ),
  partition: z.int().min(0).max(0xffff_ffff),
})

const SCHEMAS = { blob: blobSchema, provider: providerSchema, name: namedSchema, win: winSchema }
/** What is a body at most, by kind. */
const MOST_BYTES: Readonly<Record<StorageKind, number>> = {
  blob: MAX_BODY_BYTES,
  provider: MAX_BODY_BYTES,
  name: MAX_BODY_BYTES,
  win: MAX_PROOF_BYTES + MAX_BODY_BYTES,
}

/** The kinds of records that storage reads. */
export type StorageKind = keyof typeof SCHEMAS

/** What the body of a record of each kind says. */
export type Body<Kind extends StorageKind> = Readonly<z.output<(typeof SCHEMAS)[Kind]>>

/** Why bytes are no body of a kind. */
export type BodyReject = 'not-cbor' | 'not-deterministic' | 'bad-body'

/** Those of which the table consists; wins are of a block, and no part of it. */
export type TableKind = Exclude<StorageKind, 'win'>

export const TABLE_KINDS: readonly TableKind[] = ['blob', 'provider', 'name']

export function isTableKind(kind: string): kind is TableKind {
  return (TABLE_KINDS as readonly string[]).includes(kind)
}

/** A body: a map of exactly these keys in deterministic CBOR. What no reader takes is a bug of the caller: RangeError. */
export function encodeBody<Kind extends StorageKind>(kind: Kind, body: Body<Kind>): Uint8Array {
  const parsed = SCHEMAS[kind].safeParse(body)
  if (!parsed.success) throw new RangeError(`no body of kind ${kind}: ${z.prettifyError(parsed.error)}`)
  return encodeCbor(body)
}

export function decodeBody<Kind extends StorageKind>(
  kind: Kind,
  body: Uint8Array,
): Result<{ readonly body: Body<Kind> }, BodyReject> {
  const most = MOST_BYTES[kind]
  if (body.length > most) return rejection('bad-body', `${body.length} bytes, at most ${most}`)
  const cbor = decodeCbor(body)
  if (!cbor.ok) return cbor
  const parsed = SCHEMAS[kind].safeParse(cbor.value)
  if (parsed.success) return { ok: true, body: parsed.data as unknown as Body<Kind> }
  const issue = parsed.error.issues[0]
  return rejection('bad-body', `${issue?.path.join('.') || 'the body'}: ${issue?.message}`.slice(0, 200))
}
