import type { Result } from '../../../lib/index.ts'
import {
  checkPlaced,
  checkProof,
  checkValues,
  type VerifiedCircuit,
  type VerifyCircuitOptions,
  verifyCircuit,
} from '../../circuit/verify-circuit.ts'
import type { CircuitResult } from '../../result/result-file.ts'
import { type ChainEvidenceComponents, chainEvidence } from './chain-evidence.ts'
import { checkIndexed, indexedSources } from './indexed-sources.ts'

/**
 * Judges a circuit's result by the node's chain, what is cheap first. Anybody may inscribe a false one for little, and what it says to
 * have read may lie in as many blocks as the program reads records: no block is fetched but for a result whose proof holds, of the bytes
 * and the block that the node's own indexes say. Null where what it read cannot be found.
 */
export async function judgeCircuit(
  components: ChainEvidenceComponents,
  result: CircuitResult,
  judged: Omit<VerifyCircuitOptions, 'evidence' | 'prefix' | 'params' | 'kernel'>,
  signal: AbortSignal,
): Promise<Result<{ readonly verified: VerifiedCircuit }> | null> {
  const { params, kernel } = components
  const { manifest } = judged
  if (manifest.program.input === undefined) return await verifyCircuit(result, { ...judged, params, kernel })
  const said = checkValues(manifest.program, result.values)
  if (!said.ok) return said
  const found = await indexedSources(components, manifest, result)
  if (found === null || !found.ok) return found
  const indexed = checkIndexed(kernel, manifest, result, found.sources)
  if (!indexed.ok) return indexed
  const proved = await checkProof(result, judged)
  if (!proved.ok) return proved
  const shown = await chainEvidence(components, manifest, result, found.sources, signal)
  if (shown === null || !shown.ok) return shown
  return await checkPlaced(result, { ...judged, params, kernel, evidence: shown.evidence })
}
