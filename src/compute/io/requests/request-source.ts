import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { bytesToHex, type Result, rejection } from '../../../lib/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import type { CircuitProgram } from '../../manifest/circuit-program.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import {
  type InscribedRequest,
  MAX_REQUEST_BYTES,
  type PlacedRequest,
  readRequestBody,
} from '../../requests/request-record.ts'
import type { Program } from '../open-program.ts'
import type { RequestSource } from '../service/prepare-requested.ts'
import { openRequests } from './open-requests.ts'
import { type RequestEvidenceComponents, requestEvidence } from './request-evidence.ts'
import { requestInput } from './request-input.ts'

export interface RequestSourceComponents extends RequestEvidenceComponents {
  readonly client: BitcoindClient
  readonly programs: readonly Program[]
  /** Of the same node, and started. */
  readonly inscriptions: Pick<IndexService, 'index' | 'events' | 'body'>
  /** What counts on Bitcoin, where the node follows that. */
  isAnswered(identity: string): Promise<boolean>
}

/** Requests in the blocks of a node, as its index of inscriptions holds them. */
export function requestSource(components: RequestSourceComponents): RequestSource {
  const { programs, inscriptions, isAnswered } = components
  const circuits = new Map<string, Manifest<CircuitProgram>>(
    programs.flatMap((one) => (one.kind === 'circuit' ? [[bytesToHex(one.id), one.manifest]] : [])),
  )
  return {
    watch: (changed) => inscriptions.events.on('tip', changed),
    open: (program) => openRequests(inscriptions.index, program),
    read: (placed) => readRequest(inscriptions, placed),
    async evidence({ program, asOf }, { inputs }, signal) {
      const manifest = circuits.get(program)
      if (manifest === undefined) return rejection('not-by-record', 'records ask for circuits alone')
      const found = await requestInput(inscriptions.index, manifest, { inputs }, asOf.height)
      return found.ok ? await requestEvidence(components, found.input, signal) : found
    },
    isAnswered,
  }
}

/** The body of a request, out of its block. */
export async function readRequest(
  inscriptions: Pick<IndexService, 'index' | 'body'>,
  { id, blockHash }: Pick<PlacedRequest, 'id' | 'blockHash'>,
): Promise<Result<{ readonly request: InscribedRequest }>> {
  const entry = await inscriptions.index.get(id)
  if (entry === null || entry.blockHash !== blockHash) return rejection('moving', 'it left the chain')
  // Nothing that is too long is fetched.
  if ((entry.bodyLength ?? 0) > MAX_REQUEST_BYTES)
    return rejection('oversized', `${entry.bodyLength} bytes are too many`)
  return readRequestBody(entry.contentType, await inscriptions.body(entry))
}
