import { z } from 'zod'
import { hash256, uint32 } from '../../lib/index.ts'

const text = z.string().max(500)

const about = {
  /** ord's id of the inscription. */
  id: z.string().regex(/^[0-9a-f]{64}i[0-9]+$/),
  /** Who signed the record, and so has paid for it. */
  author: hash256,
  program: hash256,
  /** Of the result, not of the record. */
  height: uint32,
  blockHash: hash256,
  /** Of the record's body. */
  bytes: z.int().min(0),
}

/** One record of kind `result` in a block, judged. */
export const resultEntrySchema = z.discriminatedUnion('state', [
  z.strictObject({
    ...about,
    /** `duplicate`: a valid record of the same identity lies before it in the chain. */
    state: z.enum(['counts', 'duplicate']),
    identity: hash256,
    says: z.record(z.string(), z.string()),
    completeness: z.enum(['complete', 'not known']),
    /** Id of the content of the storage network that is its log, where the record does not hold that. */
    log: hash256.optional(),
  }),
  z.strictObject({ ...about, state: z.literal('invalid'), reason: text, detail: text }),
  z.strictObject({ ...about, state: z.literal('unknown'), reason: z.enum(['no-program', 'no-input']) }),
])

/** One record of kind `result` in a block, judged. */
export type ResultEntry = Readonly<z.output<typeof resultEntrySchema>>

/** A result that counts. */
export type CountedEntry = ResultEntry & { readonly state: 'counts' | 'duplicate' }

export function doesCount(entry: ResultEntry): entry is CountedEntry {
  return entry.state === 'counts'
}

/** A block as far as it holds records of results. */
export interface ResultBlock {
  readonly height: number
  /** Display order. */
  readonly hash: string
  /** In the order of the chain. */
  readonly entries: readonly ResultEntry[]
}

/** One that has left the chain, or its place in it. */
export interface LostBlock extends ResultBlock {
  /** Of the block before it. */
  readonly previous: string
}
