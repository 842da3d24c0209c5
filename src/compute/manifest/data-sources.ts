import { z } from 'zod'
import { type NameKey, parseUri } from '../../../storage/index.ts'

/** What a program reads: one of these, or several, whose bytes are read one after the other. */

/** Attestations of one source that a message of the network shows. */
export const MAX_ATTESTATIONS = 64

/** Most sources of one program. */
export const MAX_SOURCES = 4

/** Of the bytes that a circuit reads; may be left out where there is one source. */
const bytes = z.int().min(1).optional()

const headers = z.strictObject({ kind: z.literal('headers') })

/** The body of one inscription, whichever is asked for. */
const inscription = z.strictObject({ kind: z.literal('inscription'), bytes })

/** The signed records of this project's metaprotocol, or those of a program or a kind alone, in the chain's order. */
const inscriptions = z.strictObject({
  kind: z.literal('inscriptions'),
  bytes,
  metaprotocol: z.literal('wsc'),
  program: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
    .optional(),
  recordKind: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a kind of record')
    .optional(),
})

/**
 * What another program's result says: of those that count on Bitcoin the one of the greatest height, of several of one height the first.
 */
const result = z.strictObject({
  kind: z.literal('result'),
  bytes,
  program: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'),
})

/** Transactions in blocks, whichever are asked for; a program of kind `transactions` reads them. */
const transactions = z.strictObject({ kind: z.literal('transactions') })

/** The bytes of one blob of the storage network that a record on Bitcoin has published: that which a name means, or whichever is asked for. */
const storage = z.strictObject({
  kind: z.literal('storage'),
  bytes,
  name: z
    .string()
    .max(256)
    .refine((text) => readName(text) !== null, { error: 'must be web3://NAME.AUTHOR:CHAIN, without a path' })
    .optional(),
})

/** A name in one network. */
export interface SourceName extends NameKey {
  /** The network's number, as URIs have it. */
  readonly chain: number
}

function readName(text: string): SourceName | null {
  const read = parseUri(text)
  if (!read.ok) return null
  const { target, chain, path, folder, type } = read.uri
  if (target.kind !== 'name' || path !== '' || folder || type !== null) return null
  return { author: target.author, name: target.name, chain }
}

/** The name whose blob a source reads; null where it reads whichever is asked for. */
export function nameOf(source: InputSource): SourceName | null {
  return source.kind !== 'storage' || source.name === undefined ? null : readName(source.name)
}

export const dataSource = z.discriminatedUnion('kind', [
  headers,
  inscription,
  inscriptions,
  result,
  storage,
  transactions,
])

export type DataSource = z.infer<typeof dataSource>
/** One that holds the bytes which a circuit reads. */
export type InputSource = Exclude<DataSource, { readonly kind: 'headers' | 'transactions' }>
export type RecordSource = Pick<z.infer<typeof inscriptions>, 'program' | 'recordKind'>
