import { UNITS_A_CHUNK } from '../blob/shape.ts'
import { elementOf, halvesOf } from './elements.ts'

const MASK_64 = (1n << 64n) - 1n

/** What a provider's tries at one block in one partition are about: all of it is public. */
export interface Challenge {
  /** Of the network, 32 bytes. */
  readonly networkHash: Uint8Array
  /** Of the block that is the challenge, in internal order. */
  readonly blockHash: Uint8Array
  /** The provider's x-only public key, 32 bytes. */
  readonly key: Uint8Array
  /** First position of the partition. */
  readonly first: number
  /** n, its used positions, as of six blocks before. There are as many tries. */
  readonly fill: number
}

/** net, hi(c), lo(c), hi(key), lo(key), first: what seeds all tries of a challenge. */
export function challengeElements({ networkHash, blockHash, key, first }: Challenge): readonly bigint[] {
  const [block, provider] = [halvesOf(blockHash), halvesOf(key)]
  return [elementOf(networkHash), block.high, block.low, provider.high, provider.low, BigInt(first)]
}

/** ⌊(β mod 2^64)·count / 2^64⌋: which of so many a draw draws. */
export function drawnOf(beta: bigint, count: number): number {
  return Number(((beta & MASK_64) * BigInt(count)) >> 64n)
}

/** Of the units of `fill` positions. */
export function unitAt(beta: bigint, fill: number): number {
  return drawnOf(beta, UNITS_A_CHUNK * fill)
}
