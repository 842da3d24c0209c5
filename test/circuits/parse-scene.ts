import type { Registers } from './model/compute/parse-transaction.ts'

/** Registers before the first byte of a transaction. */
export const parseStart: Registers = {
  ...{ next: 4n, left: 0n, open: 0n, lists: 0n, pending: 0n, amount: 0n, even: 0n, odd: 0n },
}

/** As SHA-256 pads a message. */
export function paddedBlocks(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(64 * Math.ceil((bytes.length + 9) / 64))
  out.set(bytes)
  out[bytes.length] = 0x80
  new DataView(out.buffer).setBigUint64(out.length - 8, 8n * BigInt(bytes.length))
  return out
}

/** Block `at` of these and the twelve bytes before it. */
export function blockBytes(blocks: Uint8Array, at: number): bigint[] {
  const before = at === 0 ? new Uint8Array(12) : blocks.subarray(64 * at - 12, 64 * at)
  return [...before, ...blocks.subarray(64 * at, 64 * at + 64)].map(BigInt)
}
