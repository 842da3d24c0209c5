import { sha256 } from '@noble/hashes/sha2.js'
import { type BlockHash, ByteReader, blockHash, compactSize, type DecodeReject, decoding } from '../../bitcoin/index.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../../bus/index.ts'
import { concatBytes, equalBytes, type Result, rejection, uint32Bytes } from '../../lib/index.ts'
import { elementsBytes, MAX_LOG_ENTRIES, MAX_STATE_ELEMENTS, readElements } from '../elements.ts'

/**
 * Where the folding of a stream can be gone on with, version 1; numbers without a size are Bitcoin's CompactSize in their
 * shortest form, elements of the field 32 bytes, little-endian:
 *
 *     4 "WSCS"   1 version   32 program id   4 first height   4 height   32 block hash   4 steps (little-endian)
 *     number of trees, of each from the newest: 1 exponent e of its size 2^e - 1, its root
 *     number of state elements, the elements   number of log entries, the entries   length, the saved fold
 *     32 SHA-256 of all before
 */
export interface StreamCheckpoint {
  /** 32 bytes. */
  readonly program: Uint8Array
  /** Heights of the first header that was taken and of the last. */
  readonly from: number
  readonly height: number
  readonly blockHash: BlockHash
  readonly steps: number
  /** Newest first. */
  readonly trees: readonly { readonly root: bigint; readonly size: bigint }[]
  /** The program's own elements. */
  readonly state: readonly bigint[]
  readonly log: readonly bigint[]
  readonly fold: Uint8Array
}

/** Why bytes are no checkpoint. */
export type CheckpointReject = 'not-a-checkpoint' | 'malformed' | 'damaged' | DecodeReject

const MAGIC = new TextEncoder().encode('WSCS')
const VERSION = 1
const HASH_BYTES = 32
const MAX_TREES = 64
const MAX_FOLD = 256 << 20

/** Bytes of the longest checkpoint. */
export const MAX_CHECKPOINT_BYTES: number = 8_192 + MAX_LOG_ENTRIES * FIELD_BYTES + MAX_FOLD

export function encodeCheckpoint(checkpoint: StreamCheckpoint): Uint8Array {
  const { program, from, height, blockHash: hash, steps, trees, state, log, fold } = checkpoint
  const head = [
    MAGIC,
    Uint8Array.of(VERSION),
    program,
    uint32Bytes(from),
    uint32Bytes(height),
    hash,
    uint32Bytes(steps),
  ]
  const tree = trees.flatMap(({ root, size }) => [Uint8Array.of(size.toString(2).length), encodeField([root])])
  const body = [...head, compactSize(trees.length), ...tree, ...elementsBytes(state), ...elementsBytes(log)]
  const all = concatBytes(...body, compactSize(fold.length), fold)
  return concatBytes(all, sha256(all))
}

/** Reads a checkpoint, strictly. Whether the fold is what it says is for who restores it to see. */
export function decodeCheckpoint(
  bytes: Uint8Array,
): Result<{ readonly checkpoint: StreamCheckpoint }, CheckpointReject> {
  if (bytes.length > MAX_CHECKPOINT_BYTES) return rejection('oversize', `${bytes.length} bytes are no checkpoint`)
  const hashed = bytes.length - HASH_BYTES
  if (hashed < MAGIC.length || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    return rejection('not-a-checkpoint', 'the file does not begin like a checkpoint')
  }
  const content = bytes.subarray(0, hashed)
  if (!equalBytes(sha256(content), bytes.subarray(hashed))) return rejection('damaged', 'its hash is another')
  return decoding((): Result<{ readonly checkpoint: StreamCheckpoint }, CheckpointReject> => {
    const reader = new ByteReader(content, MAGIC.length)
    if (reader.uint8() !== VERSION) return rejection('malformed', 'a checkpoint of another version')
    const program = reader.slice(HASH_BYTES)
    const [from, height] = [reader.uint32(), reader.uint32()]
    const hash = blockHash(reader.slice(HASH_BYTES))
    const steps = reader.uint32()
    const trees = readTrees(reader)
    const state = readElements(reader, MAX_STATE_ELEMENTS)
    const log = readElements(reader, MAX_LOG_ENTRIES)
    const length = reader.compactSize()
    if (trees === null || state === null || log === null || length > MAX_FOLD) {
      return rejection('malformed', 'too much of something, or an element outside the field')
    }
    const fold = reader.slice(length)
    if (reader.left > 0) return rejection('trailing-bytes', `${reader.left} bytes after the checkpoint`)
    return { ok: true, checkpoint: { program, from, height, blockHash: hash, steps, trees, state, log, fold } }
  })
}

function readTrees(reader: ByteReader): StreamCheckpoint['trees'] | null {
  const count = reader.compactSize()
  if (count > MAX_TREES) return null
  const trees: { root: bigint; size: bigint }[] = []
  for (let i = 0; i < count; i++) {
    const exponent = reader.uint8()
    const [root] = decodeField(reader.slice(FIELD_BYTES)) ?? []
    if (root === undefined || exponent < 1 || exponent > 32) return null
    trees.push({ root, size: (1n << BigInt(exponent)) - 1n })
  }
  return trees
}
