import type { Header } from '../header.ts'

/** Seconds an epoch should last on every retargeting network (Core: nPowTargetTimespan, two weeks). */
export const TARGET_TIMESPAN = 1_209_600

/** What the header rules need to know of a network. Passed in everywhere; nothing reads a global. */
export interface NetworkParams {
  readonly name: string
  /** False for the networks built in; a custom network never equals one of those (see packParams). */
  readonly custom: boolean
  readonly genesis: Header
  /** The easiest target in compact form. Capping by it equals capping by Core's powLimit on every network here. */
  readonly limitCompact: number
  /** Blocks between retargets, at least 2. */
  readonly epochLength: number
  /** False: nBits never changes (regtest). */
  readonly retargeting: boolean
  /** Heights of the first *new header* whose version must be at least 2, 3, 4 (BIP34, BIP66, BIP65). */
  readonly v2Height: number
  readonly v3Height: number
  readonly v4Height: number
  /** Height of the first block under BIP141's rules; no header rule. */
  readonly segwitHeight: number
  /** A block more than 20 minutes after its parent has the limit as its target (test networks). */
  readonly minDifficultyAfter20Minutes: boolean
  /** BIP94: retarget from the epoch's first nBits, and no time jump back over 600 s at a boundary. */
  readonly bip94: boolean
  /** Whether the step circuit serves this network; the others are checked natively only. */
  readonly provable: boolean
  /** Headers alone show little work here: easy targets, or a signature that only the coinbase carries. */
  readonly weakPow: boolean
  /** The node's usual RPC port. */
  readonly rpcPort: number | undefined
}
