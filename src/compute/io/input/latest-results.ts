import { toDisplay } from '../../../bitcoin/index.ts'
import { type Result, rejection } from '../../../lib/index.ts'
import type { InputEvidence } from '../../input/attested-input.ts'
import type { SourceResults } from '../../input/attested-result.ts'
import type { InputSource } from '../../manifest/data-sources.ts'
import type { ResultsService } from '../results/results-service.ts'
import { type ReadInput, readBySource } from './read-input.ts'

/** What a node knows of results that its programs read. */
export interface KnownSources {
  /** Ids of the programs whose results are judged, 64 hex digits each. */
  readonly programs: readonly string[]
  readonly verifier: SourceResults
  /** Which results count; of the same node. */
  readonly results: Pick<ResultsService, 'latest'>
}

/**
 * Whether the results that an input is of are the latest that count up to its last block, by this node's own index: an attestation shows
 * of one that it holds, and never that it is the first record of its result, or that no later one counts.
 */
export async function latestResults(
  results: Pick<ResultsService, 'latest'>,
  sources: readonly InputSource[],
  evidence: readonly InputEvidence[],
  { height, blockHash, ids: all }: ReadInput,
): Promise<Result<object, 'not-the-latest' | 'moving'>> {
  for (const { source, ids } of readBySource(sources, evidence, all)) {
    if (source.kind !== 'result') continue
    const { program } = source
    const latest = await results.latest(program, { height, hash: toDisplay(blockHash) })
    if (!latest.ok) return latest
    const id = latest.counted?.result.id
    if (id !== ids[0]) {
      return rejection('not-the-latest', `the latest result of ${program} up to block ${height} is ${id ?? 'none'}`)
    }
  }
  return { ok: true }
}
