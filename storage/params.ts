import type { NetworkParams } from '../src/bitcoin/index.ts'
import { storageError } from './errors.ts'

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

/** What of the rules may be chosen. */
export interface ChosenRules {
  readonly price?: readonly PriceStep[] | undefined
  /** 4 to 19, on regtest and custom networks alone: all who are to meet there choose the same. */
  readonly partitionBits?: number | undefined
}

/**
 * The rules on a network. Regtest and custom networks have small partitions, short delays, and a price only where one is
 * given. Throws E_PARTITION_BITS where those that are chosen cannot be, or not on this network.
 */
export function storageParams(network: NetworkParams, { price, partitionBits }: ChosenRules = {}): StorageParams {
  const local = isLocal(network)
  if (partitionBits !== undefined) requireBits(network, partitionBits)
  return {
    network,
    partitionBits: partitionBits ?? usualBits(network),
    price: price ?? [{ from: 0, satoshis: local ? 0n : 10n }],
    providerDelay: local ? 6 : 144,
    providerBlocks: PROVIDER_BLOCKS,
    nameBlocks: NAME_BLOCKS,
  }
}

/**
 * What must be said besides the network for two peers to be of one storage network: null where nothing is, for the size of
 * its partitions is the usual one.
 */
export function chosenName(params: StorageParams): string | null {
  const { network, partitionBits } = params
  return partitionBits === usualBits(network) ? null : `k${partitionBits}`
}

/** Networks whose operator is one: others have their rules by this program alone. */
export function isLocal({ custom, name }: NetworkParams): boolean {
  return custom || name === 'regtest'
}

function usualBits(network: NetworkParams): number {
  return isLocal(network) ? 10 : 19
}

function requireBits(network: NetworkParams, bits: number): void {
  if (!isLocal(network)) {
    const message = `partitions of ${network.name} have 2^${usualBits(network)} positions, and nothing else can be chosen`
    throw storageError('E_PARTITION_BITS', message, { cure: { act: 'no-partition-bits' } })
  }
  if (Number.isInteger(bits) && bits >= 4 && bits <= 19) return
  throw storageError('E_PARTITION_BITS', `a partition has 2^4 to 2^19 positions, not 2^${bits}`)
}

/** Positions of a partition. */
export function partitionPositions({ partitionBits }: StorageParams): number {
  return 2 ** partitionBits
}

/** Satoshis a chunk in a block of this height. */
export function priceAt({ price }: StorageParams, height: number): bigint {
  return price.findLast(({ from }) => from <= height)?.satoshis ?? 0n
}
