import { z } from 'zod'
import { readPrivateFile } from '../../../lib/io/index.ts'
import { computeError } from '../../errors.ts'
import { labelSchema } from '../../manifest/manifest.ts'

/** Bytes of the file: more than any needs. */
const MAX_BYTES = 65_536

const place = z.strictObject({
  url: z
    .url({ protocol: /^https$/ })
    .max(2048)
    .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'must hold no user and password'),
})
const places = z.record(labelSchema, place)

/** Where each label of a manifest leads: URLs are the operator's alone, and may hold a secret. */
export type WebhookPlaces = ReadonlyMap<string, URL>

/** Reads `{"LABEL": {"url": "https://…"}}` from a file that nobody else may read. Throws E_WEBHOOKS; no URL is part of it. */
export async function readWebhookPlaces(file: string): Promise<WebhookPlaces> {
  const text = await readPrivateFile(file, MAX_BYTES, (_fault, detail, cause) =>
    computeError('E_WEBHOOKS', detail, { cause }),
  )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What the parser says quotes the text.
    throw computeError('E_WEBHOOKS', `${file} is no JSON`)
  }
  const read = places.safeParse(value)
  if (!read.success) throw computeError('E_WEBHOOKS', `${file}: ${z.prettifyError(read.error)}`)
  return new Map(Object.entries(read.data).map(([label, { url }]) => [label, new URL(url)]))
}
