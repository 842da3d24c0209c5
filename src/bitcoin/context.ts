import { decodeCompact } from './compact.ts'
import type { BlockHash } from './hash.ts'
import { type Header, headerHash } from './header.ts'
import { MEDIAN_SPAN } from './median-time.ts'
import type { NetworkParams } from './params/network-params.ts'
import { blockWork } from './work.ts'

/** All the rules need to know of a chain to judge its next header. Immutable. */
export interface ChainContext {
  /** The tip's height; the next header is at `height + 1`. */
  readonly height: number
  readonly hash: BlockHash
  /** The tip's nBits, with the target it decodes to and the work of a block at it. */
  readonly bits: number
  readonly target: bigint
  readonly work: bigint
  /** Times of the last 11 headers (of all, below height 10), oldest first, the tip's last. */
  readonly times: readonly number[]
  /** The first header of the tip's epoch: its time, and its nBits (BIP94 retargets from these). */
  readonly epochStartTime: number
  readonly epochStartBits: number
  /** nBits of the newest header of the epoch that is its first or not at the limit (20-minute rule). */
  readonly lastRegularBits: number
  /** Greatest time of any header since the start of this context. */
  readonly maxTime: number
  /** Core's nChainWork, genesis included; counted from 0 after an anchor. */
  readonly chainwork: bigint
}

/**
 * The context of a network that has its genesis header only. The genesis is taken as given: Core checks no rule of it.
 *
 * @example
 * import { mainnet, startContext } from 'wsc-bitcoin'
 *
 * console.log(startContext(mainnet).chainwork) // 4295032833n
 */
export function startContext(params: NetworkParams): ChainContext {
  const { genesis } = params
  const { target } = decodeCompact(genesis.bits)
  const work = blockWork(target)
  return {
    height: 0,
    hash: headerHash(genesis),
    bits: genesis.bits,
    target,
    work,
    times: [genesis.time],
    epochStartTime: genesis.time,
    epochStartBits: genesis.bits,
    lastRegularBits: genesis.bits,
    maxTime: genesis.time,
    chainwork: work,
  }
}

/** The context after a header that has passed every rule; `hash` is the header's own. */
export function extendContext(
  params: NetworkParams,
  context: ChainContext,
  header: Header,
  hash: BlockHash,
): ChainContext {
  const height = context.height + 1
  const startsEpoch = height % params.epochLength === 0
  const { time, bits } = header
  const target = bits === context.bits ? context.target : decodeCompact(bits).target
  const work = bits === context.bits ? context.work : blockWork(target)
  const { times } = context
  return {
    height,
    hash,
    bits,
    target,
    work,
    times: [...(times.length < MEDIAN_SPAN ? times : times.slice(1)), time],
    epochStartTime: startsEpoch ? time : context.epochStartTime,
    epochStartBits: startsEpoch ? bits : context.epochStartBits,
    lastRegularBits: startsEpoch || bits !== params.limitCompact ? bits : context.lastRegularBits,
    maxTime: Math.max(context.maxTime, time),
    chainwork: context.chainwork + work,
  }
}
