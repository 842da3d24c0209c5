import { type Block, fromDisplay, type NetworkParams, parseInscriptionId, toDisplay } from '../../../bitcoin/index.ts'
import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { type Attestation, attestInscription, openBlock } from '../../../bus/index.ts'
import type { History } from '../../../bus/io/index.ts'
import { type Result, rejection } from '../../../lib/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import { scanBlock } from '../../../settlement/index.ts'
import { fetchBlock, type IndexService } from '../../../settlement/io/index.ts'
import { attestedCommitment } from '../../circuit/bytes-commitment.ts'
import { computeError } from '../../errors.ts'
import type { InputEvidence } from '../../input/attested-input.ts'
import { recordSlots } from '../../input/record-list.ts'
import type { CircuitProgram } from '../../manifest/circuit-program.ts'
import type { RecordSource } from '../../manifest/data-sources.ts'
import { inputSources, type Manifest } from '../../manifest/manifest.ts'
import type { CircuitResult } from '../../result/result-file.ts'
import { holdsBlock } from '../input/complete-records.ts'

export interface ChainEvidenceComponents {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  readonly kernel: StorageKernel
  /** As far as the result's block at least. */
  readonly history: Pick<History, 'path'>
  /** Knows all records; of the same node. */
  readonly inscriptions: Pick<IndexService, 'index'>
}

/** What shows that the input of a result stands in the chain that ends in the result's block; null where it is not on Bitcoin. */
type Evidence = Result<{ readonly evidence: readonly InputEvidence[] | null }>

/**
 * Finds on the node's chain what a circuit's result says to have read: the one inscription of its block that has the bytes which it
 * commits to, or all records of its source up to that block.
 */
export async function chainEvidence(
  components: ChainEvidenceComponents,
  manifest: Manifest<CircuitProgram>,
  result: CircuitResult,
  signal: AbortSignal,
): Promise<Evidence> {
  const { input } = manifest.program
  if (input === undefined) return { ok: true, evidence: [] }
  const [source, ...more] = inputSources(manifest)
  if (source === undefined || more.length > 0 || source.kind === 'storage') return { ok: true, evidence: null }
  const found =
    source.kind === 'inscription'
      ? await inscriptionOf(components, manifest.program, result, signal)
      : await recordsOf(components, source, recordSlots(input.bytes) ?? 0, result, signal)
  return found.ok ? { ok: true, evidence: [{ attestations: found.attestations }] } : found
}

type Found = Result<{ readonly attestations: readonly Attestation[] }>

async function inscriptionOf(
  { client, params, kernel, history }: ChainEvidenceComponents,
  { input, outputs }: CircuitProgram,
  { height, blockHash, values }: CircuitResult,
  signal: AbortSignal,
): Promise<Found> {
  const claimed = input === undefined ? undefined : values[outputs.indexOf(input.commitment)]
  const block = await fetchBlock(client, { params, height, hash: blockHash }, signal)
  for (const { txid, txIndex, envelope } of scanBlock(block)) {
    const { body, index } = envelope
    if (txIndex === 0 || body === null || input === undefined || body.length !== input.bytes) continue
    if (attestedCommitment(kernel, input, body) !== claimed) continue
    const one = await attest(history, block, { height, tipHeight: height }, [{ txid, index }])
    return one.ok ? { ok: true, attestations: one.attestations } : one
  }
  return rejection('input-not-found', `no inscription in block ${height} has the bytes that the result commits to`)
}

/** All of them: a list that lacks some has another commitment. */
async function recordsOf(
  { client, params, history, inscriptions }: ChainEvidenceComponents,
  { program, recordKind }: RecordSource,
  most: number,
  { height: tipHeight, blockHash }: CircuitResult,
  signal: AbortSignal,
): Promise<Found> {
  const { index } = inscriptions
  const isThere = () => holdsBlock(index, { height: tipHeight, blockHash })
  const moved = () => computeError('E_MOVED', `the index of inscriptions does not have block ${toDisplay(blockHash)}`)
  if (!(await isThere())) throw moved()
  const blocks = new Map<number, { readonly hash: string; readonly ids: string[] }>()
  let count = 0
  for await (const { id, height, blockHash: hash, record } of index.query({
    program,
    kind: recordKind,
    to: tipHeight,
  })) {
    if (record === null) continue
    if (++count > most) return rejection('too-many-records', `more than ${most} records up to block ${tipHeight}`)
    const block = blocks.get(height) ?? { hash, ids: [] }
    block.ids.push(id)
    blocks.set(height, block)
  }
  if (!(await isThere())) throw moved()
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
