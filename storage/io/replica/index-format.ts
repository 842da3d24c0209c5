import { z } from 'zod'
import { bytesToHex, hash256, hexToBytes } from '../../../src/lib/index.ts'
import { MAX_BLOB_BYTES } from '../../blob/shape.ts'

/** Of the index's entries. */
export const INDEX_FORMAT = 2

export const SUM_BYTES = 32

export const blobSchema = z.strictObject({
  root: hash256,
  length: z.int().min(1).max(MAX_BLOB_BYTES),
  /** Of the block that its record was in when it was first wanted. */
  height: z.int().min(0).max(0xffff_ffff),
  state: z.enum(['fetching', 'whole', 'wrong-parity']),
})

export const count = z.int().min(0).max(0xffff_ffff)
export const scrubSchema = z.strictObject({ height: count, chunks: count, broken: count })

/** Ways of keeping have numbers in an index: the raw one has 0, the others as they came. */
export const MOST_WAYS = 255
export const waySchema = z.string().min(1).max(128)
const WAY_KEY = /^way:([0-9a-f]{2})$/

export function wayKey(way: number): string {
  return `way:${way.toString(16).padStart(2, '0')}`
}

export function readWayKey(key: string): number | null {
  const number = WAY_KEY.exec(key)?.[1]
  return number === undefined ? null : Number.parseInt(number, 16)
}

const CHUNK = /^([0-9a-f]{64})(?::([0-9a-f]{2}))?$/

/** The SHA-256 of a slot, and in which way what is in it is kept, where not raw. */
export function chunkValue(sum: Uint8Array, way: number): string {
  return way === 0 ? bytesToHex(sum) : `${bytesToHex(sum)}:${way.toString(16).padStart(2, '0')}`
}

export function readChunkValue(value: unknown): { readonly sum: Uint8Array; readonly way: number } | null {
  const [, sum, way = '00'] = (typeof value === 'string' ? CHUNK.exec(value) : null) ?? []
  return sum === undefined ? null : { sum: hexToBytes(sum), way: Number.parseInt(way, 16) }
}

export function chunkKey(id: string, chunk: number): string {
  return `chunk:${id}:${chunk.toString(16).padStart(4, '0')}`
}
