import { z } from 'zod'
import { bytesToHex, hash256, hexToBytes, hexUpTo, type Result, rejection, uint32 } from '../../lib/index.ts'
import { MAX_SCRIPT_BYTES } from './limits.ts'
import type { Selection } from './select-transactions.ts'

/** Which transactions a peer asks to have counted. */
export interface AskedPayments extends Selection {
  /** First and last block of those that are read. */
  readonly from: number
  readonly to: number
  /** Of the block in whose history they are to be shown, and where the result stands. */
  readonly height: number
}

/** Blocks that are read of a stranger's, while it waits for an answer. */
const MAX_ASKED_BLOCKS = 32
/** Transactions that may be named. */
const MAX_NAMED = 512

const schema = z
  .strictObject({
    script: hexUpTo(MAX_SCRIPT_BYTES),
    from: uint32,
    to: uint32,
    height: uint32,
    txids: z.array(hash256).min(1).max(MAX_NAMED).optional(),
  })
  .refine(({ from, to, height }) => from <= to && to <= height, { error: 'heights out of their order' })
  .refine(({ from, to }) => to - from < MAX_ASKED_BLOCKS, { error: `more than ${MAX_ASKED_BLOCKS} blocks` })

/** As JSON: what the arguments of a request for such a program are. */
export function encodeAskedPayments({ script, txids, from, to, height }: AskedPayments): string {
  return JSON.stringify({ script: bytesToHex(script), from, to, height, ...(txids && { txids: [...txids] }) })
}

/** Reads it, strictly. */
export function readAskedPayments(json: string): Result<{ readonly asked: AskedPayments }, 'bad-arguments'> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return rejection('bad-arguments', 'the arguments are no JSON')
  }
  const read = schema.safeParse(value)
  if (!read.success) return rejection('bad-arguments', z.prettifyError(read.error))
  const { script, txids, ...heights } = read.data
  const selection = { script: hexToBytes(script), ...(txids && { txids: new Set(txids) }) }
  return { ok: true, asked: { ...selection, ...heights } }
}
