import { z } from 'zod'
import { hash256, hexOf } from '../../../lib/index.ts'

/** What the routes of the bus take and give, for checking requests and for the OpenAPI document. */

const whole = (most: number, what: string) =>
  z
    .string()
    .regex(new RegExp(`^(0|[1-9][0-9]{0,${most}})$`))
    .meta({ description: what })
    .transform(Number)

export const heightParams = z.object({ height: whole(9, 'of a header of the proved chain') })

const txid = hash256.meta({ description: 'as explorers show it' })
export const txParams = z.object({ txid })
export const outputParams = z.object({ txid, output: whole(5, 'number of the output') })
export const inscriptionParams = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{64}i(0|[1-9][0-9]{0,5})$/)
    .meta({ description: 'TXIDiN, as ord writes it' }),
})

/** What is not understood counts as not said. */
const form = z.literal('json').optional().catch(undefined).meta({ description: 'json instead of bytes' })
const height = z
  .string()
  .regex(/^[0-9]{1,10}$/)
  .transform(Number)
  .optional()
  .catch(undefined)
  .meta({ description: 'of its block, where the node has no transaction index' })
export const headerQuery = z.object({ form })
export const attestQuery = z.object({ form, height })

const number = z.int().min(0)
const work = z.string().regex(/^[0-9a-f]{1,32}$/)

/** What `verifyJson` gives for a proof that holds. */
export const stateAnswer = z
  .strictObject({
    valid: z.literal(true),
    reason: z.null(),
    detail: z.null(),
    network: z.string(),
    height: number,
    tip: hash256,
    bits: hexOf(4),
    chainwork: work.optional(),
    workSinceAnchor: work.optional(),
    accumulator: hash256,
    steps: number,
    anchor: z.unknown().meta({ description: 'null from genesis' }),
    setup: z.enum(['ceremony', 'insecure-dev']),
    pow: z.enum(['strong', 'weak']),
    keyId: hash256,
  })
  .meta({ description: 'What the proof proves' })

export const pathAnswer = z
  .strictObject({ format: z.literal('wsc-path-1'), tipHeight: number, height: number, path: z.array(hash256) })
  .meta({ description: 'The path supplement of the header to the served proof’s commitment' })

/** Bytes, and where there is one the JSON form of the same. */
export function bytesAnswer(description: string, json?: z.ZodType): object {
  const bytes = z.string().meta({ format: 'binary' })
  const forms = json === undefined ? {} : { 'application/json': { schema: json } }
  return { description, content: { 'application/octet-stream': { schema: bytes }, ...forms } }
}
