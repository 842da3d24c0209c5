import * as z from 'zod'
import { fromDisplay, type NetworkParams } from '../../src/bitcoin/index.ts'
import { hash256, hexOf, hexToBytes, hexUpTo, type Result, rejection, uint32 } from '../../src/lib/index.ts'
import { signatureHolds } from '../../src/settlement/index.ts'
import { encodeBody } from '../records/bodies.ts'
import { nameProgram } from '../records/programs.ts'

/**
 * What a gateway says of a name: the author's own signed record, so that no gateway can have it mean what its author
 * never said. That there is no later one, it can only claim.
 */
export const signedNameSchema = z.strictObject({
  /** Height up to which whoever answers has seen the chain. */
  asOf: uint32,
  /** Of a blob, 64 hex digits; empty where the author took the name back. */
  id: z.union([hash256, z.literal('')]),
  record: z.strictObject({
    contentType: z.string().max(127),
    height: uint32,
    /** Display order. */
    blockHash: hash256,
    output: hexUpTo(64),
    seq: z.int().min(0),
    sig: hexOf(64),
  }),
})

export type SignedName = Readonly<z.output<typeof signedNameSchema>>

/** Whether the author of a name signed what is said of it. */
export function verifySignedName(
  params: NetworkParams,
  { author, name }: { readonly author: string; readonly name: string },
  { id, record: { contentType, height, blockHash, output, seq, sig } }: SignedName,
): Result<object, 'bad-signature'> {
  const record = {
    v: 1 as const,
    kind: 'name',
    program: Uint8Array.from(nameProgram(name)),
    height,
    blockHash: fromDisplay(blockHash),
    output: hexToBytes(output),
    seq,
    author: hexToBytes(author),
    sig: hexToBytes(sig),
  }
  const body = encodeBody('name', { id: hexToBytes(id), name })
  const content = { params, contentType: new TextEncoder().encode(contentType), body }
  if (signatureHolds(record, content)) return { ok: true }
  return rejection('bad-signature', `the author has not signed this of ${name}`)
}
