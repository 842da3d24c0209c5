import * as z from 'zod'
import { type BlockHash, blockHash } from '../../bitcoin/index.ts'

/** The metaprotocol (tag 7) of this project's inscriptions. */
export const METAPROTOCOL = 'wsc'

export const RECORD_VERSION = 1

/** Of one inscription, so that its reveal stays below the 400,000 weight units that nodes relay. */
export const MAX_BODY_BYTES = 390_000

/** A content type is short; a longer one only takes room. */
export const MAX_CONTENT_TYPE_BYTES = 127

const bytes = (length: number) =>
  z.instanceof(Uint8Array).refine((value) => value.length === length, `must have ${length} bytes`)

const uint53 = z.int().min(0)

/** The metadata (tag 5) of a record, as its CBOR map holds it. Exactly these keys. */
export const recordSchema = z.strictObject({
  v: z.literal(RECORD_VERSION),
  /** What the body is: `result`, `proof`, `program`, `commitment`, or a word of a later part. */
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  /** Id of the program whose output this is. */
  program: bytes(32),
  /** The block it is about. */
  height: uint53.max(0xffff_ffff),
  blockHash: bytes(32).transform((value): BlockHash => blockHash(value)),
  /** The output itself, or a commitment to it; what it means is the program's affair. */
  output: z.instanceof(Uint8Array).refine((value) => value.length <= 64, 'must have at most 64 bytes'),
  /** Rises with each record of one author for one program. */
  seq: uint53,
  /** X-only public key (BIP340). */
  author: bytes(32),
  /** BIP340 signature of `recordMessage`. */
  sig: bytes(64),
})

/** What an inscription’s metadata says of its body, signed by its author. */
export type WscRecord = Readonly<z.output<typeof recordSchema>>

/** A record before its author has signed it. */
export type UnsignedRecord = Omit<WscRecord, 'sig'>
