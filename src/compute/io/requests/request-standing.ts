import { fromDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex, type Result, rejection } from '../../../lib/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import { bytesCommitment } from '../../circuit/bytes-commitment.ts'
import { readArguments } from '../../circuit/read-arguments.ts'
import { expectedResult } from '../../requests/expected-result.ts'
import type { InscribedRequest, PlacedRequest } from '../../requests/request-record.ts'
import { resultIdentity } from '../../result/identity.ts'
import type { OnceOfKeys } from '../open-program.ts'
import type { ResultsService } from '../results/results-service.ts'
import { boundsRefusal } from '../service/prove-requested.ts'
import { cancelOf, requestMadeBy } from './open-requests.ts'
import { requestedBytes, requestInput } from './request-input.ts'
import { readRequest } from './request-source.ts'

export interface RequestStandingComponents {
  /** As far as the node's tip, both of them. */
  readonly inscriptions: Pick<IndexService, 'index' | 'body'>
  readonly results: Pick<ResultsService, 'countedBy'>
  readonly kernel: StorageKernel
}

/** Where a request stands by a node's chain alone. */
export interface RequestStanding {
  readonly placed: PlacedRequest
  readonly request: InscribedRequest
  /** Of the result that answers it, 64 hex digits. */
  readonly identity: string
  readonly state: 'open' | 'answered' | 'cancelled' | 'expired'
  /** The inscription of the record that answers or cancels it. */
  readonly by: string | null
}

/** Finds a request by its inscription, or by one that was to make it and came later; refused are those that no node works at, with the reason. */
export async function placedRequestOf(
  inscriptions: Pick<IndexService, 'index'>,
  program: string,
  id: string,
): Promise<Result<{ readonly placed: PlacedRequest }>> {
  const entry = await inscriptions.index.get(id)
  if (entry === null) return rejection('not-found', `the chain holds no inscription ${id}`)
  const placed = await requestMadeBy(inscriptions.index, entry)
  if (placed === null) return rejection('not-a-request', `${id} is no request that counts`)
  if (placed.program !== program) return rejection('wrong-program', `${id} asks for program ${placed.program}`)
  const hash = await inscriptions.index.hashAt(placed.asOf.height)
  if (hash === null || hash === placed.asOf.blockHash) return { ok: true, placed }
  return rejection('other-chain', `block ${placed.asOf.blockHash}, which it names, is none of those before it`)
}

/** How it stands: a result counts whoever proved it, and when; only then it matters that it is taken back or over. */
export async function requestStanding(
  { inscriptions, results, kernel }: RequestStandingComponents,
  program: OnceOfKeys,
  id: string,
): Promise<Result<{ readonly standing: RequestStanding }>> {
  const { manifest, constraints } = program
  const found = await placedRequestOf(inscriptions, bytesToHex(program.id), id)
  if (!found.ok) return found
  const { placed } = found
  const read = await readRequest(inscriptions, placed)
  if (!read.ok) return read
  const { request } = read
  const { proofSystem, arguments: taken } = manifest.program
  const refused = boundsRefusal(request, { name: manifest.name, onRequest: { proofSystem, constraints } })
  if (refused !== null) return refused
  const given = readArguments(manifest.program, taken.length === 0 ? '{}' : request.arguments)
  if (!given.ok) return given
  const named = await requestInput(inscriptions.index, manifest, request, placed.asOf.height)
  if (!named.ok) return named
  const { input } = named
  const bytes = await requestedBytes(inscriptions, input)
  const about = input.last ?? placed.asOf
  const block = { height: about.height, hash: fromDisplay(about.blockHash) }
  const commitment = input.last === null ? null : bytesCommitment(kernel, bytes)
  const expected = expectedResult(program, block, given.input, commitment)
  const identity = bytesToHex(resultIdentity(manifest, expected))
  const standing = { placed, request, identity }
  const answer = await results.countedBy(identity)
  if (answer !== null) return { ok: true, standing: { ...standing, state: 'answered', by: answer } }
  const cancel = await cancelOf(inscriptions.index, placed)
  if (cancel !== null) return { ok: true, standing: { ...standing, state: 'cancelled', by: cancel } }
  const isOver = (inscriptions.index.tip?.height ?? 0) > placed.deadline
  return { ok: true, standing: { ...standing, state: isOver ? 'expired' : 'open', by: null } }
}
