import { fromDisplay, sameHash } from '../../../bitcoin/index.ts'
import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { encodeAttestation } from '../../../bus/index.ts'
import { type History, isCatchingUp } from '../../../bus/io/index.ts'
import { type Result, rejection } from '../../../lib/index.ts'
import { MAX_ATTESTATIONS } from '../../manifest/data-sources.ts'
import { encodeEvidence, MAX_RESULT_MESSAGE_BYTES, type SourceEvidence } from '../../peers/result-message.ts'
import { MAX_CIRCUIT_RESULT_BYTES } from '../../result/result-file.ts'
import { attestEntries } from '../results/chain-evidence.ts'
import type { RequestInput } from './request-input.ts'

export interface RequestEvidenceComponents {
  /** Gives blocks; of the same chain. */
  readonly client: BitcoindClient
  /** The node's chain; somebody else brings it up to date. */
  readonly history: Pick<History, 'path' | 'hashAt' | 'rewrites'>
  readonly params: Parameters<typeof attestEntries>[0]['params']
}

/**
 * What shows the input of a request to any peer, made of this node's own chain: attestations under the chain that ends in the result's
 * block, so that there is no doubt which branch they are of.
 */
export async function requestEvidence(
  { client, history, params }: RequestEvidenceComponents,
  { sources, last }: RequestInput,
  signal: AbortSignal,
): Promise<Result<{ readonly evidence: readonly SourceEvidence[] }>> {
  if (last === null) return { ok: true, evidence: [] }
  const moving = rejection('moving', `block ${last.blockHash} is not here, or not any more`)
  const { rewrites } = history
  const hash = await history.hashAt(last.height)
  // Somebody else brings the history up to date, and may take back what is read here.
  if (hash === null || !sameHash(hash, fromDisplay(last.blockHash))) return moving
  const evidence: SourceEvidence[] = []
  for (const { entries } of sources) {
    if (entries.length > MAX_ATTESTATIONS) {
      return rejection('too-large', `${entries.length} records of a source; a message shows ${MAX_ATTESTATIONS}`)
    }
    const made = await attestEntries({ client, history, params }, entries, last.height, signal).catch(
      (error: unknown) => {
        if (isCatchingUp(error)) return moving
        throw error
      },
    )
    if (!made.ok) return made
    evidence.push({ attestations: made.attestations.map(encodeAttestation), content: null })
  }
  if (rewrites !== history.rewrites) return moving
  // Whatever the proof is, it must fit beside it into one message.
  const most = MAX_RESULT_MESSAGE_BYTES - MAX_CIRCUIT_RESULT_BYTES
  const { length } = encodeEvidence(evidence)
  return length <= most ? { ok: true, evidence } : rejection('too-large', `${length} bytes show the input; ${most} do`)
}
