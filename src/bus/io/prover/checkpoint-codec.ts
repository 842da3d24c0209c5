import { createHash } from 'node:crypto'
import { z } from 'zod'
import { concatBytes, equalBytes, readUint32, uint32Bytes } from '../../../lib/index.ts'
import { type StateJson, stateSchema } from './state-codec.ts'

/**
 * Checkpoint file: 8 bytes magic with version, then length and JSON of the chain state, length and bytes of the saved
 * fold, and SHA-256 of all before. Self-contained: an exported checkpoint is this very file.
 */
const MAGIC = new TextEncoder().encode('WSCCKPT1')
const CHECKSUM = 32
const MAX_META = 65_536
/** A saved fold is about 8 MB; a file beyond this is not read. */
export const MAX_CHECKPOINT_BYTES = 256 * 1024 * 1024

const metaSchema = z.strictObject({
  keyId: z.string().min(1).max(96),
  steps: z.int().min(1).max(0xffff_ffff),
  state: stateSchema,
})

export interface CheckpointFile {
  readonly keyId: string
  readonly steps: number
  readonly state: StateJson
  readonly fold: Uint8Array
}

export type CheckpointDecode =
  | { readonly ok: true; readonly checkpoint: CheckpointFile }
  /**
   * `damaged`: begins as a checkpoint, and these are not the bytes that were written. `malformed`: they are, and cannot
   * be a checkpoint. `foreign`: of another format, of which nothing more can be said.
   */
  | { readonly ok: false; readonly reject: 'damaged' | 'malformed' | 'foreign'; readonly detail: string }

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())

export function encodeCheckpoint({ keyId, steps, state, fold }: CheckpointFile): Uint8Array {
  const meta = new TextEncoder().encode(JSON.stringify({ keyId, steps, state }))
  const body = concatBytes(MAGIC, uint32Bytes(meta.length), meta, uint32Bytes(fold.length), fold)
  return concatBytes(body, sha256(body))
}

export function decodeCheckpoint(bytes: Uint8Array): CheckpointDecode {
  const damaged = (detail: string): CheckpointDecode => ({ ok: false, reject: 'damaged', detail })
  const bad = (detail: string): CheckpointDecode => ({ ok: false, reject: 'malformed', detail })
  const begins = bytes.subarray(0, MAGIC.length)
  if (!equalBytes(begins, MAGIC.subarray(0, begins.length))) {
    return { ok: false, reject: 'foreign', detail: 'not a checkpoint of this version' }
  }
  if (bytes.length < MAGIC.length + 8 + CHECKSUM) return damaged('damaged: too short')
  const end = bytes.length - CHECKSUM
  if (!equalBytes(sha256(bytes.subarray(0, end)), bytes.subarray(end))) return damaged('damaged: its checksum is wrong')
  const metaLength = readUint32(bytes, MAGIC.length)
  const metaAt = MAGIC.length + 4
  const foldAt = metaAt + metaLength + 4
  if (metaLength > MAX_META || foldAt > end) return bad('a length does not fit')
  const foldLength = readUint32(bytes, foldAt - 4)
  if (foldAt + foldLength !== end) return bad('a length does not fit')
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.subarray(metaAt, metaAt + metaLength)))
  } catch {
    return bad('its state is not JSON')
  }
  const meta = metaSchema.safeParse(json)
  if (!meta.success) return bad(z.prettifyError(meta.error))
  return { ok: true, checkpoint: { ...meta.data, fold: bytes.slice(foldAt, end) } }
}
