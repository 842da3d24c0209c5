import { z } from 'zod'
import { utf8 } from '../lib/index.ts'
import {
  type Composed,
  composeInscription,
  type Json,
  MAX_BODY_BYTES,
  parseJson,
  type RecordSigner,
} from '../settlement/index.ts'
import { usageError } from './exit.ts'
import { readUpTo } from './inputs.ts'

export interface InscriptionInput {
  /** A file. */
  readonly body: string
  readonly contentType?: string | undefined
  readonly metadata?: Json | undefined
}

/** Reads the body and composes the inscription. Throws usageError naming what is wrong with what was given. */
export async function readInscription(input: InscriptionInput, signer: RecordSigner): Promise<Composed> {
  const { contentType, metadata } = input
  const body = await readUpTo(input.body, MAX_BODY_BYTES)
  const made = composeInscription({ body, contentType, metadata }, signer)
  if (made.ok) return made
  throw usageError(made.reject === 'body-too-long' ? `${input.body}: ${made.detail}` : made.detail)
}

/** `what` names the text for whoever wrote it. */
export function readJson(text: string, what: string): Json {
  const result = parseJson(text)
  if (result.ok) return result.value
  const found = result.reject === 'not-json' ? 'is no JSON' : `cannot be kept as it is (${result.reject})`
  throw usageError(`${what} ${found}: ${result.detail}`)
}

/**
 * A text among the arguments. Node has replaced bytes that are no UTF-8 by U+FFFD before anyone could see them, so that
 * one that stands there as itself may be a letter lost.
 */
export function argument(text: string, flag: string, otherwise: string): string {
  if (!text.includes('\ufffd')) return text
  throw usageError(`${flag} holds U+FFFD, which stands for letters that could not be read; ${otherwise}`)
}

const batchSchema = z.array(
  z.strictObject({
    body: z.string(),
    contentType: z.string().optional(),
    metadata: z.custom<Json>().optional(),
  }),
)

/** `[{ "body": FILE, "contentType": …, "metadata": … }, …]` */
export async function readBatch(file: string): Promise<InscriptionInput[]> {
  const bytes = await readUpTo(file, 1 << 20)
  const text = utf8(bytes)
  if (text === null) throw usageError(`${file} is no UTF-8`)
  const json = readJson(text.replace(/^\ufeff/, ''), file)
  const rows = Array.isArray(json)
    ? json.map((row: Json) => (row instanceof Map ? Object.fromEntries(row) : row))
    : json
  const parsed = batchSchema.min(1).safeParse(rows)
  if (!parsed.success) throw usageError(`${file} is no batch: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
