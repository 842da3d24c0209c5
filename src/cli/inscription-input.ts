import { z } from 'zod'
import { encodeEnvelope, fromDisplay } from '../bitcoin/index.ts'
import {
  encodeCbor,
  MAX_BODY_BYTES,
  MAX_CONTENT_TYPE_BYTES,
  METAPROTOCOL,
  RECORD_VERSION,
  recordContent,
  recordSchema,
} from '../settlement/index.ts'
import type { Wallet } from '../settlement/io/index.ts'
import { UsageError } from './exit.ts'
import { readUpTo } from './inputs.ts'

const hex = z
  .string()
  .regex(/^[0-9a-f]*$/, 'must be bytes as lower-case hex digits')
  .refine((digits) => digits.length % 2 === 0, 'must be whole bytes, two digits each')
  .transform((text) => new Uint8Array(Buffer.from(text, 'hex')))

const { shape } = recordSchema

/** What a record says, as people write it: its bytes in hexadecimal; version, author and signature are added. */
const inputSchema = recordSchema.omit({ v: true, author: true, sig: true }).extend({
  program: hex.pipe(shape.program),
  /** As explorers show it. */
  blockHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits, as explorers show a hash')
    .transform((text): Uint8Array => fromDisplay(text))
    .pipe(shape.blockHash),
  output: hex.pipe(shape.output),
})

const plainSchema = z.record(z.string(), z.json())

const MAX_METADATA_BYTES = 4096

export interface InscriptionInput {
  readonly body: string
  readonly contentType?: string | undefined
  /** JSON: a record's fields, or whatever else; with `kind` it is a record. */
  readonly metadata?: unknown
}

/** The envelope of one inscription. Throws UsageError naming what is wrong with what was given. */
export async function readInscription(input: InscriptionInput, wallet: Wallet): Promise<Uint8Array> {
  const body = await readUpTo(input.body, MAX_BODY_BYTES)
  if (body.length > MAX_BODY_BYTES) {
    throw new UsageError(`${input.body} is longer than ${MAX_BODY_BYTES} bytes, the most that one inscription holds`)
  }
  const contentType = input.contentType ?? 'application/octet-stream'
  const type = new TextEncoder().encode(contentType)
  if (type.length < 1 || type.length > MAX_CONTENT_TYPE_BYTES) {
    throw new UsageError(`a content type has 1 to ${MAX_CONTENT_TYPE_BYTES} bytes`)
  }
  if (input.metadata === undefined) return encodeEnvelope({ contentType: type, body })
  const isRecord = typeof input.metadata === 'object' && input.metadata !== null && 'kind' in input.metadata
  if (!isRecord) return encodeEnvelope({ contentType: type, metadata: plainMetadata(input.metadata), body })
  const parsed = inputSchema.safeParse(input.metadata)
  if (!parsed.success)
    throw new UsageError(`--metadata is no record of ${METAPROTOCOL}: ${z.prettifyError(parsed.error)}`)
  const record = wallet.signRecord({ v: RECORD_VERSION, ...parsed.data }, { contentType: type, body })
  return encodeEnvelope(recordContent(record, contentType, body))
}

function plainMetadata(value: unknown): Uint8Array {
  const parsed = plainSchema.safeParse(value)
  if (!parsed.success) throw new UsageError('--metadata must be a JSON object')
  try {
    const bytes = encodeCbor(parsed.data)
    if (bytes.length <= MAX_METADATA_BYTES) return bytes
  } catch (cause) {
    throw new UsageError(`--metadata has no deterministic CBOR: ${(cause as Error).message}`, { cause })
  }
  throw new UsageError(`--metadata is longer than ${MAX_METADATA_BYTES} bytes`)
}

export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`${what} is no JSON: ${(cause as Error).message}`, { cause })
  }
}

const batchSchema = z
  .array(z.strictObject({ body: z.string(), contentType: z.string().optional(), metadata: z.unknown().optional() }))
  .min(1)

/** `[{ "body": FILE, "contentType": …, "metadata": … }, …]` */
export async function readBatch(file: string): Promise<InscriptionInput[]> {
  const bytes = await readUpTo(file, 1 << 20)
  const parsed = batchSchema.safeParse(parseJson(new TextDecoder().decode(bytes), file))
  if (!parsed.success) throw new UsageError(`${file} is no batch: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
