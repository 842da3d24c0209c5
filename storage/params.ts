import type { NetworkParams } from '../src/bitcoin/index.ts'

/** From a height on, a chunk costs so many satoshis. */
export interface PriceStep {
  readonly from: number
  readonly satoshis: bigint
}

/** What the rules of storage need to know of a network. Passed in everywhere. */
export interface StorageParams {
  readonly network: NetworkParams
  /** A partition is 2^K positions. */
  readonly partitionBits: number
  /** Steps by rising height, the first from 0 on. */
  readonly price: readonly PriceStep[]
  /** Blocks from a provider's record until its key counts: long enough that none is made for a block that is known. */
  readonly providerDelay: number
  /** Blocks from a provider's record until its key counts no more. */
  readonly providerBlocks: number
  /** Blocks that a name holds, from its record's on. */
  readonly nameBlocks: number
}

/** A year of blocks. */
const PROVIDER_BLOCKS = 52_560
/** Thirty days of blocks. */
const NAME_BLOCKS = 4_320

/**
 * The rules on a network. Regtest and custom networks have small partitions, short delays, and a price only where one is
 * given.
 */
export function storageParams(network: NetworkParams, price?: readonly PriceStep[]): StorageParams {
  const small = network.custom || network.name === 'regtest'
  return {
    network,
    partitionBits: small ? 10 : 19,
    price: price ?? [{ from: 0, satoshis: small ? 0n : 10n }],
    providerDelay: small ? 6 : 144,
    providerBlocks: PROVIDER_BLOCKS,
    nameBlocks: NAME_BLOCKS,
  }
}

/** Positions of a partition. */
export function partitionPositions({ partitionBits }: StorageParams): number {
  return 2 ** partitionBits
}

/** Satoshis a chunk in a block of this height. */
export function priceAt({ price }: StorageParams, height: number): bigint {
  return price.findLast(({ from }) => from <= height)?.satoshis ?? 0n
}
