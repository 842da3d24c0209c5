import {
  type ChainContext,
  type CheckResult,
  checkHeader,
  extendContext,
  type NetworkParams,
  sameHash,
} from '../../../bitcoin/index.ts'
import type { PlacedHeader } from '../../../bitcoin/io/index.ts'

/** Hashes held, some 10 MB: a longer catching up judges its headers a second time where it folds them. */
const KEPT = 100_000

/**
 * Headers that were found valid on the chain of one start. A hash commits to the whole chain below it, so that what was
 * valid once is valid wherever it is met again: judged ahead, compared with another branch, folded.
 */
export class JudgedHeaders {
  readonly #params: NetworkParams
  readonly #valid = new Set<string>()

  constructor(params: NetworkParams) {
    this.#params = params
  }

  /** Judges the header after `context`, which must be of the chain of the same start. */
  judge(context: ChainContext, { header, hash }: PlacedHeader): CheckResult {
    const key = String.fromCharCode(...hash)
    if (this.#valid.has(key) && sameHash(header.prevHash, context.hash)) {
      return { ok: true, next: extendContext(this.#params, context, header, hash) }
    }
    const result = checkHeader(this.#params, context, header, hash)
    if (!result.ok) return result
    if (this.#valid.size >= KEPT) this.#valid.delete(this.#valid.values().next().value as string)
    this.#valid.add(key)
    return result
  }
}
