import { type Result, rejection } from '../../../lib/index.ts'
import type { InputEvidence } from '../../input/attested-input.ts'
import { type InputSource, nameOf, type RecordSource } from '../../manifest/data-sources.ts'
import { entriesOf } from './indexed-records.ts'
import { type ReadInput, readBySource } from './read-input.ts'
import { holdsBlock, namedBy, type RecordIndex } from './record-index.ts'

/**
 * Whether an input holds all records of its sources up to its last block, and names mean there what it says, by this node's own
 * index: attestations show of each record that it is there, and never that no other is.
 */
export async function completeInput(
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

/** Whether these are the inscriptions of all records of a source up to a height, in the chain's order. */
async function areAll(
  index: Pick<RecordIndex, 'query'>,
  source: RecordSource,
  to: number,
  ids: readonly string[],
): Promise<boolean> {
  const entries = await entriesOf(index, source, to, ids.length)
  return entries !== null && entries.length === ids.length && entries.every(({ id }, i) => id === ids[i])
}
