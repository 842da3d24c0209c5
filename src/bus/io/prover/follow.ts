import { type HeaderRejection, sameHash } from '../../../bitcoin/index.ts'
import type { WscError } from '../../../lib/index.ts'
import { throwIfAborted } from '../../../lib/index.ts'
import { type BusErrorCode, busError } from '../../errors.ts'
import type { ChainState } from '../../state.ts'
import type { HeaderSource } from './header-source.ts'
import type { AdvanceResult, BusProver } from './prover.ts'
import { isUnsettled, throughReorgs } from './through-reorgs.ts'

export interface FollowOptions {
  readonly prover: BusProver
  readonly source: HeaderSource
  readonly start: ChainState
  /** Fires whenever the node's tip may have changed, and ends when following ends. */
  readonly news: AsyncIterable<unknown>
  readonly clock: () => number
  readonly signal?: AbortSignal
  /** Takes a proof of `state` that has more work than the one before; it must replace the old one atomically. */
  publish(proof: Uint8Array, state: ChainState, seconds: number): Promise<void>
  /** A tip ahead of the clock by more than two hours is not folded; following goes on at the next news. */
  onTooNew?(rejection: HeaderRejection): void
  /** The node's chain changed all the time while it was read, or lost blocks; following goes on at the next news. */
  onUnsettled?(error: WscError<BusErrorCode>): void
  onStage?(stage: string): void
}

/**
 * Follows a node: folds each new block at once and gives out a fresh proof. The proof follows the most work: while the
 * node's chain has no more of it than the proof (blocks were disconnected, the other branch is not longer yet), the
 * proof stays.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { prover, source, clock, signal, publish, onStage } = options
  let published: ChainState | null = null
  for await (const _ of options.news) {
    throwIfAborted(signal)
    const began = clock()
    let result: AdvanceResult
    try {
      if (!(await hasMoreWork(options, published))) continue
      result = await prover.advanceTo(source, undefined, signal)
    } catch (error) {
      if (!isUnsettled(error)) throw error
      options.onUnsettled?.(error)
      continue
    }
    if (!result.ok && result.reject === 'time-too-new') {
      options.onTooNew?.(result)
      continue
    }
    // A node that gives a header against the rules is no node of this network; nothing can follow it.
    if (!result.ok) {
      throw busError('E_SOURCE', `the node’s header ${result.height} breaks ${result.reject}: ${result.detail}`)
    }
    const { state } = result
    if (published !== null && state.context.chainwork <= published.context.chainwork) continue
    const proof = await prover.compress({
      ...(signal === undefined ? {} : { signal }),
      ...(onStage === undefined ? {} : { onProgress: onStage }),
    })
    await publish(proof, state, (clock() - began) / 1000)
    published = state
  }
}

/** Whether the node's chain has more work than the published state, judged by the rules, not by its word. */
async function hasMoreWork(options: FollowOptions, published: ChainState | null): Promise<boolean> {
  const { prover, source, start, signal } = options
  const judged = await throughReorgs(source, async () => {
    const height = await source.tipHeight(signal)
    if (published === null) return { ok: true, more: height > start.context.height }
    const there = await source.hashAt(published.context.height, signal)
    if (there !== null && sameHash(there, published.context.hash)) {
      return { ok: true, more: height > published.context.height }
    }
    const ahead = await prover.judge(source, height, signal)
    return ahead.ok ? { ok: true, more: ahead.context.chainwork > published.context.chainwork } : ahead
  })
  // A breach is for the prover to find and to tell.
  return !judged.ok || judged.more
}
