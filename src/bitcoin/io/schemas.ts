import { z } from 'zod'
import { hash256, uint32 } from '../../lib/index.ts'
import { type BlockHash, fromDisplay } from '../hash.ts'
import { HEADER_BYTES } from '../header.ts'

/** A hash as RPC shows it, taken in as internal bytes. */
export const hashSchema: z.ZodType<BlockHash> = hash256.transform(fromDisplay)

export const heightSchema = uint32

/** `getblockheader HASH false`. */
export const headerHexSchema: z.ZodType<Uint8Array> = z
  .string()
  .regex(/^[0-9a-f]+$/)
  .length(2 * HEADER_BYTES)
  .transform((hex) => new Uint8Array(Buffer.from(hex, 'hex')))

/** What is used of `getblockchaininfo`; nodes of other versions add and drop fields. */
export const chainInfoSchema = z
  .object({
    chain: z.string().max(64),
    blocks: heightSchema,
    bestblockhash: hashSchema,
    signet_challenge: z
      .string()
      .regex(/^[0-9a-f]*$/)
      .optional(),
  })
  .transform((info) => ({
    chain: info.chain,
    height: info.blocks,
    tip: info.bestblockhash,
    signetChallenge: info.signet_challenge,
  }))

/** What bitcoind says of its chain. */
export type ChainInfo = z.output<typeof chainInfoSchema>

/** `waitfornewblock` */
export const tipSchema = z.object({ hash: hashSchema, height: heightSchema })

/** A block by height and hash. */
export interface Tip {
  readonly height: number
  readonly hash: BlockHash
}
