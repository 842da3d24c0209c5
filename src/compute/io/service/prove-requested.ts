import { sameHash } from '../../../bitcoin/index.ts'
import { type Rejection, type Result, rejection } from '../../../lib/index.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import type { RequestTerms } from '../../requests/request-terms.ts'
import type { KnownResults } from '../../service/known-results.ts'
import type { OnRequest, PreparedRequest, ServedProgram } from '../../service/served-program.ts'
import type { FollowedChain } from './own-chain.ts'

/** A program that is served, and its right results. */
export interface KnownProgram {
  readonly program: ServedProgram
  readonly known: KnownResults
}

/** Why a node does not prove a program within these bounds, whatever its input is. */
export function boundsRefusal(
  terms: Pick<RequestTerms, 'proofSystem' | 'maxConstraints'>,
  {
    onRequest,
    name,
  }: { readonly name: string; readonly onRequest: Pick<OnRequest, 'proofSystem' | 'constraints'> | null },
): Rejection | null {
  if (onRequest === null) return rejection('not-on-request', `${name} is not proved on request`)
  const { proofSystem, constraints } = onRequest
  if (terms.proofSystem !== proofSystem) return rejection('other-proof-system', `${name} is proved by ${proofSystem}`)
  return constraints > terms.maxConstraints ? rejection('too-large', `${name} has ${constraints} constraints`) : null
}

/**
 * Proves what was asked for, and judges that as any other result; it is to be told where it is news. Throws as soon as the
 * signal fires.
 */
export async function proveRequested(
  { program, known }: KnownProgram,
  { identity, block, prove }: PreparedRequest,
  chain: Pick<FollowedChain, 'at'>,
  signal: AbortSignal,
): Promise<Result<{ readonly message: ResultMessage; readonly isNews: boolean }>> {
  const message = await prove(signal)
  const there = await chain.at(block.height)
  if (there === null || !sameHash(there.hash, block.hash)) return rejection('other-chain', 'its block left the chain')
  const judged = await program.judge(message, { block, at: (height) => chain.at(height) })
  if (!judged.ok) return judged
  const isNews = !known.has(identity)
  known.add(identity, message)
  return { ok: true, message, isNews }
}
