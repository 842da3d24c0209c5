import type { NetworkParams } from '../../../bitcoin/index.ts'
import type { ChainFeed, Tip } from '../../../bitcoin/io/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import { listedOccasions } from '../../automation/occasions.ts'
import { computeError } from '../../errors.ts'
import { attestedInput } from '../../input/attested-input.ts'
import type { InputSource } from '../../manifest/data-sources.ts'
import type { Counted } from '../../results/latest.ts'
import { atTip } from '../results/at-tip.ts'
import type { ChainJudge } from '../results/chain-judge.ts'
import type { ResultsService } from '../results/results-service.ts'
import type { OccasionSource } from './occasion-source.ts'

export interface ResultSourceComponents {
  readonly source: Extract<InputSource, { readonly kind: 'result' }>
  /** Bytes that the program reads. */
  readonly length: number
  /** Started before, and by whoever made them; of the same node. */
  readonly results: ResultsService
  readonly judge: Pick<ChainJudge, 'latest' | 'sources'>
  readonly feed: Pick<ChainFeed, 'tip'>
  readonly params: NetworkParams
  readonly kernel: StorageKernel
}

/** Results of another program, each once it counts and is the latest. */
export function resultSource(components: ResultSourceComponents): OccasionSource {
  const { source, length, results, judge, feed, params, kernel } = components
  /** The results at the last tip that was asked for, by ordinal. */
  let known = new Map<number, Counted>()

  /** Once the index is at that tip; null where the node's chain has moved on. */
  async function rising(tip: Tip, since: number, signal: AbortSignal): Promise<readonly Counted[] | null> {
    const found = await atTip({ results, feed }, tip, () => results.rising(source.program, since), signal)
    return found?.counted ?? null
  }

  return {
    async first(tip, signal) {
      let counted = await rising(tip, 0, signal)
      while (counted === null) counted = await rising(await feed.tip(signal), 0, signal)
      const last = counted.at(-1)
      return last === undefined ? 0 : last.result.height + 1
    },
    async at(tip, since, signal) {
      const counted = await rising(tip, since, signal)
      if (counted === null) return null
      known = new Map(counted.map((one) => [one.result.height, one]))
      return listedOccasions(counted.map(({ block, result }) => ({ ordinal: result.height, height: block.height })))
    },
    async read({ ordinal }, signal) {
      const to = known.get(ordinal)?.block
      if (to === undefined) throw computeError('E_MOVED', `no result of height ${ordinal} counts any more`)
      const found = await judge.latest(source.program, { to, under: to }, signal)
      if (!found.ok) throw computeError('E_INPUT', found.detail)
      const under = { chain: found.chain, params, kernel, results: judge.sources }
      const read = await attestedInput({ ...under, sources: [source], length, evidence: [found.evidence] })
      if (!read.ok) throw computeError('E_INPUT', `${read.reject}: ${read.detail}`)
      return { inputs: { bytes: read.input.bytes }, blockHash: read.input.blockHash }
    },
    close: async () => undefined,
  }
}
