import { decodeCompact, encodeCompact } from './compact.ts'
import type { ChainContext } from './context.ts'
import { type NetworkParams, TARGET_TIMESPAN } from './params/network-params.ts'

/** Twice the ten minutes wanted between blocks (Core: nPowTargetSpacing * 2). */
const MIN_DIFFICULTY_GAP = 1200

/**
 * nBits the next header must carry; `time` is that header's own. Core: pow.cpp GetNextWorkRequired.
 *
 * @example
 * import { mainnet, requiredBits, startContext } from 'wsc-bitcoin'
 *
 * const context = startContext(mainnet)
 * console.log(requiredBits(mainnet, context, mainnet.genesis.time + 600).toString(16)) // 1d00ffff
 */
export function requiredBits(params: NetworkParams, context: ChainContext, time: number): number {
  if ((context.height + 1) % params.epochLength !== 0) {
    if (!params.minDifficultyAfter20Minutes) return context.bits
    const parentTime = context.times.at(-1) ?? 0
    return time > parentTime + MIN_DIFFICULTY_GAP ? params.limitCompact : context.lastRegularBits
  }
  if (!params.retargeting) return context.bits
  // BIP94: a last block at the limit by the 20-minute rule no longer resets the difficulty.
  const fromBits = params.bip94 ? context.epochStartBits : context.bits
  const lastTime = context.times.at(-1) ?? 0
  return retarget(fromBits, lastTime - context.epochStartTime, params.limitCompact)
}

/**
 * Core: pow.cpp CalculateNextWorkRequired. `timespan` is signed, from the epoch's first to its last header; the
 * division and the compact form truncate, and the cap comes after the division.
 */
export function retarget(fromBits: number, timespan: number, limitCompact: number): number {
  const clamped = Math.min(Math.max(timespan, TARGET_TIMESPAN / 4), TARGET_TIMESPAN * 4)
  const target = (decodeCompact(fromBits).target * BigInt(clamped)) / BigInt(TARGET_TIMESPAN)
  const limit = decodeCompact(limitCompact).target
  return encodeCompact(target > limit ? limit : target)
}
