import type { ProvedChain } from './verify.ts'

export type CompareResult =
  | { readonly ok: true; readonly better: ProvedChain }
  | { readonly ok: false; readonly reject: 'different-network' | 'different-start'; readonly detail: string }

/**
 * The better of two verified proofs: the most work, never the longest. On equal work the current one stays (as Core
 * keeps the block seen first). Proofs of other networks or other starts say nothing about each other.
 */
export function better(current: ProvedChain, candidate: ProvedChain): CompareResult {
  if (current.params !== candidate.params || current.network !== candidate.network) {
    return {
      ok: false,
      reject: 'different-network',
      detail: `${current.network} and ${candidate.network} cannot be compared`,
    }
  }
  if (current.start !== candidate.start || (current.anchor === null) !== (candidate.anchor === null)) {
    return { ok: false, reject: 'different-start', detail: 'proofs with different starts cannot be compared' }
  }
  return { ok: true, better: candidate.work > current.work ? candidate : current }
}
