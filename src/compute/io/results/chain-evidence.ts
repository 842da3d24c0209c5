import {
  type Block,
  encodeHeader,
  fromDisplay,
  type NetworkParams,
  parseInscriptionId,
} from '../../../bitcoin/index.ts'
import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { type Attestation, attestHeader, attestInscription, openBlock } from '../../../bus/index.ts'
import type { HeaderSource, History } from '../../../bus/io/index.ts'
import { type Result, rejection } from '../../../lib/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import { decodeRecord, scanBlock } from '../../../settlement/index.ts'
import { fetchBlock, type IndexEntry } from '../../../settlement/io/index.ts'
import { attestedCommitment } from '../../circuit/bytes-commitment.ts'
import { computeError } from '../../errors.ts'
import type { InputEvidence } from '../../input/attested-input.ts'
import type { CircuitProgram } from '../../manifest/circuit-program.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { CircuitResult, ProgramResult } from '../../result/result-file.ts'
import { readResultRecord } from '../../results/result-record.ts'
import type { Place } from '../../results/since.ts'
import {
  type IndexComponents,
  type IndexedSource,
  indexedSources,
  type LatestCounted,
  latestCounted,
} from './indexed-sources.ts'

export interface ChainEvidenceComponents extends IndexComponents {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  readonly kernel: StorageKernel
  /** As far as the result's block at least. */
  readonly history: Pick<History, 'path'>
  readonly headers: HeaderSource
}

/** What shows that the input of a result stands in the chain that ends in a block; null where it cannot be found. */
type Evidence = Result<{ readonly evidence: readonly InputEvidence[] }> | null

/**
 * Attests on the node's chain what a circuit's result read: the one inscription of its block that has the bytes which it commits to;
 * all records of its sources up to that block, and the latest results there. Each block of them is fetched and opened.
 *
 * @param sources of the result, as the node's indexes have them (`indexedSources`)
 * @param tipHeight of the block in whose history it is attested
 */
export async function chainEvidence(
  components: ChainEvidenceComponents,
  manifest: Manifest<CircuitProgram>,
  result: CircuitResult,
  sources: readonly IndexedSource[],
  signal: AbortSignal,
  tipHeight = result.height,
): Promise<Evidence> {
  const evidence: InputEvidence[] = []
  for (const source of sources) {
    const found =
      source.kind === 'inscription'
        ? await inscriptionOf(components, manifest.program, result, tipHeight, signal)
        : source.kind === 'inscriptions'
          ? await attestEntries(components, source.entries, tipHeight, signal)
          : await attestCounted(components, source, tipHeight, signal)
    if (found === null || !found.ok) return found
    evidence.push({ attestations: found.attestations })
  }
  return { ok: true, evidence }
}

/** Attests the latest result of a program that counts up to a block; null where its program is not here, or what it read. */
export async function latestOf(
  components: ChainEvidenceComponents,
  program: string,
  to: Place,
  tipHeight: number,
  signal: AbortSignal,
): Promise<Found | null> {
  const latest = await latestCounted(components, program, to)
  return latest?.ok ? await attestCounted(components, latest, tipHeight, signal) : latest
}

/** The record of a result that counts, and what the result is judged by. */
async function attestCounted(
  components: ChainEvidenceComponents,
  { counted, program }: LatestCounted,
  tipHeight: number,
  signal: AbortSignal,
): Promise<Found | null> {
  const { client, params, history, headers } = components
  const { height, hash } = counted.block
  const { id } = counted.result
  const block = await fetchBlock(client, { params, height, hash: fromDisplay(hash) }, signal)
  const at = parseInscriptionId(id)
  const result = at === null ? null : resultIn(block, at, params)
  if (at === null || result === null) throw new Error(`no record of a result is in ${id}`)
  const record = await attest(history, block, { height, tipHeight }, [at])
  if (!record.ok) return record
  if (program.kind === 'circuit' && result.kind === 'circuit' && program.manifest.program.input !== undefined) {
    const found = await indexedSources(components, program.manifest, result)
    if (found === null || !found.ok) return found
    const own = await chainEvidence(components, program.manifest, result, found.sources, signal, tipHeight)
    if (own === null || !own.ok) return own
    const [one, ...more] = own.evidence
    if (one === undefined || more.length > 0) return null
    return { ok: true, attestations: [...record.attestations, ...one.attestations] }
  }
  const [placed] = await headers.headers(result.height, 1, signal)
  if (placed === undefined) throw computeError('E_MOVED', `the chain has no header at height ${result.height}`)
  const place = { tipHeight, height: result.height, path: await history.path(result.height, tipHeight) }
  return { ok: true, attestations: [...record.attestations, attestHeader(place, encodeHeader(placed.header))] }
}

function resultIn(
  block: Block,
  at: { readonly txid: string; readonly index: number },
  params: NetworkParams,
): ProgramResult | null {
  for (const { txid, envelope } of scanBlock(block)) {
    if (txid !== at.txid || envelope.index !== at.index) continue
    const decoded = decodeRecord(envelope, params)
    const read = decoded.ok ? readResultRecord(decoded) : decoded
    return read.ok ? read.result : null
  }
  return null
}

type Found = Result<{ readonly attestations: readonly Attestation[] }>

async function inscriptionOf(
  { client, params, kernel, history }: ChainEvidenceComponents,
  { input, outputs }: CircuitProgram,
  { height, blockHash, values }: CircuitResult,
  tipHeight: number,
  signal: AbortSignal,
): Promise<Found> {
  const claimed = input === undefined ? undefined : values[outputs.indexOf(input.commitment)]
  const block = await fetchBlock(client, { params, height, hash: blockHash }, signal)
  for (const { txid, txIndex, envelope } of scanBlock(block)) {
    const { body, index } = envelope
    if (txIndex === 0 || body === null || input === undefined || body.length !== input.bytes) continue
    if (attestedCommitment(kernel, input, body) !== claimed) continue
    const one = await attest(history, block, { height, tipHeight }, [{ txid, index }])
    return one.ok ? { ok: true, attestations: one.attestations } : one
  }
  return rejection('input-not-found', `no inscription in block ${height} has the bytes that the result commits to`)
}

/** Inscriptions of an index, in their order, under the commitment of the chain that ends at `tipHeight`. */
export async function attestEntries(
  { client, params, history }: Pick<ChainEvidenceComponents, 'client' | 'params' | 'history'>,
  entries: readonly Pick<IndexEntry, 'id' | 'height' | 'blockHash'>[],
  tipHeight: number,
  signal: AbortSignal,
): Promise<Found> {
  const blocks = new Map<number, { readonly hash: string; readonly ids: string[] }>()
  for (const { id, height, blockHash: hash } of entries) {
    const block = blocks.get(height) ?? { hash, ids: [] }
    block.ids.push(id)
    blocks.set(height, block)
  }
  const attestations: Attestation[] = []
  for (const [height, { hash, ids }] of blocks) {
    const block = await fetchBlock(client, { params, height, hash: fromDisplay(hash) }, signal)
    const places = ids.map((id) => parseInscriptionId(id)).filter((place) => place !== null)
    const some = await attest(history, block, { height, tipHeight }, places)
    if (!some.ok) return some
    attestations.push(...some.attestations)
  }
  return { ok: true, attestations }
}

/** Inscriptions of one block, under the commitment of the chain that ends at `tipHeight`. */
async function attest(
  history: Pick<History, 'path'>,
  block: Block,
  { height, tipHeight }: { readonly height: number; readonly tipHeight: number },
  inscriptions: readonly { readonly txid: string; readonly index: number }[],
): Promise<Found> {
  const opened = openBlock(block)
  if (!opened.ok) return opened
  const place = { tipHeight, height, path: await history.path(height, tipHeight) }
  const attestations: Attestation[] = []
  for (const { txid, index } of inscriptions) {
    const one = attestInscription(place, opened.open, txid, index)
    if (!one.ok) return one
    attestations.push(one.attestation)
  }
  return { ok: true, attestations }
}
