import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '../../lib/index.ts'

/** A transaction in a block: what it takes to show that it is there. */
export interface PlacedTransaction {
  /** Of its block. */
  readonly height: number
  /** In its block. */
  readonly index: number
  /** Without its witness. */
  readonly bytes: Uint8Array
  /** Siblings on the way to the block's Merkle root, lowest first. */
  readonly branch: readonly Uint8Array[]
}

/** One compression: TransactionSlot of circuits/compute/tx-in-block.circom. */
export interface Compression {
  /** 16 big-endian words. */
  readonly word: readonly number[]
  readonly begin: boolean
  readonly right: boolean
  readonly finish: boolean
}

const BLOCK_BYTES = 64

/** Compressions that a transaction takes. */
export function compressionsOf({ bytes, branch }: Pick<PlacedTransaction, 'bytes' | 'branch'>): number {
  return padded(bytes).length / BLOCK_BYTES + 1 + 3 * branch.length
}

/** A slot with nothing to do. */
export const IDLE: Compression = { ...{ word: new Array(16).fill(0), begin: false }, right: false, finish: false }

/** A transaction's compressions in their order, up to its block's Merkle root. */
export function* compressionsIn({ bytes, branch, index }: PlacedTransaction): Generator<Compression, void> {
  const blocks = blocksOf(padded(bytes))
  for (const [at, word] of blocks.entries()) yield { ...IDLE, word, begin: at === 0 }
  const depth = branch.length
  let digest = sha256(bytes)
  for (let level = 0; ; level++) {
    const [word] = blocksOf(padded(digest)) as [number[]]
    yield { ...IDLE, word, finish: level === depth }
    const sibling = branch[level]
    if (sibling === undefined) return
    const node = sha256(digest)
    const right = Math.floor(index / 2 ** level) % 2 === 1
    const halves = right ? concatBytes(sibling, node) : concatBytes(node, sibling)
    const [both, padding] = blocksOf(padded(halves)) as [number[], number[]]
    yield { ...IDLE, word: both, right }
    yield { ...IDLE, word: padding }
    digest = sha256(halves)
  }
}

/** As SHA-256 pads a message (FIPS 180-4 §5.1.1). */
function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES)
  out.set(bytes)
  out[bytes.length] = 0x80
  new DataView(out.buffer).setBigUint64(out.length - 8, 8n * BigInt(bytes.length))
  return out
}

function blocksOf(bytes: Uint8Array): number[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Array.from({ length: bytes.length / BLOCK_BYTES }, (_, block) =>
    Array.from({ length: 16 }, (_, at) => view.getUint32(BLOCK_BYTES * block + 4 * at)),
  )
}
