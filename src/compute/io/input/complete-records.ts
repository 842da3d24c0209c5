import { type NameKey, nameProgram } from '../../../../storage/index.ts'
import { type BlockHash, toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex, type Result, rejection } from '../../../lib/index.ts'
import type { InscriptionIndex } from '../../../settlement/io/index.ts'
import type { InputEvidence } from '../../input/attested-input.ts'
import { type InputSource, nameOf, type RecordSource } from '../../manifest/data-sources.ts'

/** What of a node's own index tells which records there are. */
export type RecordIndex = Pick<InscriptionIndex, 'query' | 'hashAt' | 'tip'>

/** An input whose evidence was verified. */
export interface ReadInput {
  /** Of the last block that holds any of it. */
  readonly height: number
  readonly blockHash: BlockHash
  /** Of what was read, source after source. */
  readonly ids: readonly string[]
}

/** Whether an index has taken in a block: of one that it took in before it kept hashes, its height alone says so. */
export async function holdsBlock(
  index: Pick<RecordIndex, 'hashAt' | 'tip'>,
  { height, blockHash }: Pick<ReadInput, 'height' | 'blockHash'>,
): Promise<boolean> {
  const hash = await index.hashAt(height)
  return (index.tip?.height ?? -1) >= height && (hash === null || hash === toDisplay(blockHash))
}

/**
 * Whether an input holds all records of its sources up to its last block, and names mean there what it says, by this node's own
 * index: attestations show of each record that it is there, and never that no other is.
 */
export async function completeRecords(
  index: RecordIndex,
  sources: readonly InputSource[],
  evidence: readonly InputEvidence[],
  input: ReadInput,
): Promise<Result<object, 'incomplete-records' | 'stale-name' | 'moving'>> {
  if (!sources.some((source) => source.kind === 'inscriptions' || nameOf(source) !== null)) return { ok: true }
  const moving = () => rejection('moving', `the index of inscriptions does not have block ${input.height}`)
  if (!(await holdsBlock(index, input))) return moving()
  let lacking: 'incomplete-records' | 'stale-name' | null = null
  for (const { source, ids } of readBySource(sources, evidence, input.ids)) {
    const name = nameOf(source)
    if (source.kind === 'inscriptions' && !(await areAll(index, source, input.height, ids))) {
      lacking ??= 'incomplete-records'
    }
    if (name !== null && (await namedBy(index, name, input.height)) !== ids[0]) lacking ??= 'stale-name'
  }
  // What was read while the index moved says nothing.
  if (!(await holdsBlock(index, input))) return moving()
  if (lacking === null) return { ok: true }
  const what = lacking === 'stale-name' ? 'another record says what the name means' : 'not all records, in their order,'
  return rejection(lacking, `${what} up to block ${input.height}`)
}

/** Inscription of the last record of a name that counts up to a height; null where there is none. */
export async function namedBy(
  index: Pick<RecordIndex, 'query'>,
  { author, name }: NameKey,
  to: number,
): Promise<string | null> {
  let last: string | null = null
  const line = { author, program: bytesToHex(nameProgram(name)), kind: 'name', records: true }
  for await (const { id } of index.query({ ...line, to })) last = id
  return last
}

/** Which ids are those of which source: of a result its record's alone, of others one for each attestation. */
export function readBySource(
  sources: readonly InputSource[],
  evidence: readonly InputEvidence[],
  all: readonly string[],
): readonly { readonly source: InputSource; readonly ids: readonly string[] }[] {
  let from = 0
  return sources.map((source, i) => {
    const to = from + (source.kind === 'result' ? 1 : (evidence[i]?.attestations.length ?? 0))
    const ids = all.slice(from, to)
    from = to
    return { source, ids }
  })
}

/** Whether these are the inscriptions of all records of a source up to a height, in the chain's order. */
async function areAll(
  index: Pick<RecordIndex, 'query'>,
  { program, recordKind }: RecordSource,
  to: number,
  ids: readonly string[],
): Promise<boolean> {
  let listed = 0
  for await (const { id, record } of index.query({ program, kind: recordKind, to })) {
    if (record === null) continue
    if (ids[listed] !== id) return false
    listed++
  }
  return listed === ids.length
}
