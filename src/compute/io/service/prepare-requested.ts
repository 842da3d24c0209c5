import { toDisplay } from '../../../bitcoin/index.ts'
import { type Result, rejection } from '../../../lib/index.ts'
import type { SourceEvidence } from '../../peers/result-message.ts'
import type { InscribedRequest, PlacedRequest } from '../../requests/request-record.ts'
import type { PreparedRequest, ServedProgram } from '../../service/served-program.ts'
import type { FollowedChain } from './own-chain.ts'
import { boundsRefusal } from './prove-requested.ts'

/** Requests as a node's own chain holds them. */
export interface RequestSource {
  /** `changed` is called where others may be open, until what is returned is called. */
  watch(changed: () => void): () => void
  /** Those of a program that are neither over nor taken back, in the chain's order. */
  open(program: string): Promise<readonly PlacedRequest[]>
  read(placed: PlacedRequest): Promise<Result<{ readonly request: InscribedRequest }>>
  /** What shows the input, made of this node's own chain. */
  evidence(
    placed: PlacedRequest,
    request: InscribedRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly evidence: readonly SourceEvidence[] }>>
  /** Whether a result of this identity counts on Bitcoin, as far as this node knows. */
  isAnswered(identity: string): Promise<boolean>
}

/** What a record asks for, judged by the node's own chain; nothing is proved yet. */
export async function prepareRequested(
  { chain, source }: { readonly chain: Pick<FollowedChain, 'at'>; readonly source: RequestSource },
  placed: PlacedRequest,
  program: ServedProgram,
  signal: AbortSignal,
): Promise<Result<{ readonly request: InscribedRequest; readonly prepared: PreparedRequest }>> {
  const { asOf } = placed
  const tip = await chain.at(asOf.height)
  if (tip === null) return rejection('moving', 'the chain is changing')
  if (toDisplay(tip.hash) !== asOf.blockHash) {
    return rejection('other-chain', `block ${asOf.blockHash} is none of those before it`)
  }
  const read = await source.read(placed)
  if (!read.ok) return read
  const { request } = read
  const { onRequest } = program
  const bounded = boundsRefusal(request, program)
  if (bounded !== null || onRequest === null) return bounded ?? rejection('not-on-request', program.name)
  const shown = await source.evidence(placed, request, signal)
  if (!shown.ok) return shown
  const asked = { arguments: request.arguments, evidence: shown.evidence }
  const judged = await onRequest.prepare(asked, { tip, at: (height) => chain.at(height), signal })
  return judged.ok ? { ok: true, request, prepared: judged.prepared } : judged
}
