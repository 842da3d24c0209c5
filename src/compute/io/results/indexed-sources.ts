import { toDisplay } from '../../../bitcoin/index.ts'
import { concatBytes, type Result, rejection } from '../../../lib/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import type { IndexEntry, IndexService } from '../../../settlement/io/index.ts'
import { attestedCommitment } from '../../circuit/bytes-commitment.ts'
import { type CircuitReject, checkValues } from '../../circuit/verify-circuit.ts'
import { computeError } from '../../errors.ts'
import { recordList, recordSlots } from '../../input/record-list.ts'
import type { CircuitProgram } from '../../manifest/circuit-program.ts'
import type { RecordSource } from '../../manifest/data-sources.ts'
import { inputSources, type Manifest, sourceBytes } from '../../manifest/manifest.ts'
import type { CircuitResult } from '../../result/result-file.ts'
import type { Counted } from '../../results/latest.ts'
import type { Place } from '../../results/since.ts'
import { entriesOf, listedEntry } from '../input/indexed-records.ts'
import { holdsBlock } from '../input/record-index.ts'
import type { Program } from '../open-program.ts'
import type { ProgramSource } from './program-source.ts'
import type { ResultsService } from './results-service.ts'

export interface IndexComponents {
  /** Knows all records; of the same node. */
  readonly inscriptions: Pick<IndexService, 'index'>
  /** Which result is the latest that counts, as `ResultsService` says it. */
  readonly results: Pick<ResultsService, 'latest'>
  readonly programs: ProgramSource
}

/** What a node's indexes say of one source of a circuit's result: no block is read for it. */
export type IndexedSource =
  /** The indexes do not say which one it is; the result's block does. */
  | { readonly kind: 'inscription' }
  /** All records up to the result's block, one at least, and the list of them as the circuit reads it. */
  | {
      readonly kind: 'inscriptions'
      readonly entries: readonly IndexEntry[]
      readonly bytes: Uint8Array
      readonly height: number
    }
  | ({ readonly kind: 'result'; readonly height: number } & LatestCounted)

/** The latest result of a program that counts, and the program. */
export interface LatestCounted {
  readonly counted: Counted
  readonly program: Program
}

type Sources = Result<{ readonly sources: readonly IndexedSource[] }>

/** The sources of a result, in their order; null where what it read, or what judges that, cannot be found here. */
export async function indexedSources(
  components: IndexComponents,
  manifest: Manifest<CircuitProgram>,
  result: CircuitResult,
): Promise<Sources | null> {
  const { input } = manifest.program
  if (input === undefined) return { ok: true, sources: [] }
  const all = inputSources(manifest)
  // Of several, those alone can be found of which the block says all.
  if (all.some(({ kind }) => kind === 'storage' || (kind === 'inscription' && all.length > 1))) return null
  const sources: IndexedSource[] = []
  for (const source of all) {
    if (source.kind === 'inscriptions') {
      const list = await listOf(components, source, sourceBytes(source, input.bytes), result)
      if (!list.ok) return list
      sources.push(list.source)
    } else if (source.kind === 'result') {
      const latest = await latestCounted(components, source.program, placeOf(result))
      if (latest === null) return null
      if (!latest.ok) return latest
      const { counted, program } = latest
      sources.push({ kind: 'result', counted, program, height: counted.block.height })
    } else {
      sources.push({ kind: 'inscription' })
    }
  }
  return { ok: true, sources }
}

const placeOf = ({ height, blockHash }: Pick<CircuitResult, 'height' | 'blockHash'>): Place => {
  return { height, hash: toDisplay(blockHash) }
}

/** Null where the program is not here: none of its results is judged then, and it is not known whether one counts. */
export async function latestCounted(
  { programs, results }: Pick<IndexComponents, 'programs' | 'results'>,
  program: string,
  to: Place,
): Promise<Result<LatestCounted> | null> {
  const opened = await programs.open(program)
  if (opened === null) return null
  const latest = await results.latest(program, to)
  if (!latest.ok) throw computeError('E_MOVED', latest.detail)
  const { counted } = latest
  if (counted === null) return rejection('no-result', `no result of ${program} counts up to block ${to.height}`)
  return { ok: true, counted, program: opened }
}

/** All of them: a list that lacks some has another commitment. */
async function listOf(
  { inscriptions: { index } }: Pick<IndexComponents, 'inscriptions'>,
  source: RecordSource,
  length: number,
  { height: to, blockHash }: CircuitResult,
): Promise<Result<{ readonly source: IndexedSource & { readonly kind: 'inscriptions' } }>> {
  const most = recordSlots(length)
  const isThere = () => holdsBlock(index, { height: to, blockHash })
  const moved = () => computeError('E_MOVED', `the index of inscriptions does not have block ${toDisplay(blockHash)}`)
  if (!(await isThere())) throw moved()
  const entries = await entriesOf(index, source, to, most)
  if (!(await isThere())) throw moved()
  if (entries === null) return rejection('too-many-records', `more than ${most} records up to block ${to}`)
  const last = entries.at(-1)
  if (last === undefined) return rejection('no-records', `no record up to block ${to} is one that the program reads`)
  const records = entries.flatMap((entry) => listedEntry(entry, index.params) ?? [])
  const bytes = recordList(records, length)
  return { ok: true, source: { kind: 'inscriptions', entries, bytes, height: last.height } }
}

/** Refuses a result of another block or of other bytes than its sources are. Of what the indexes do not say all, blocks say the rest. */
export function checkIndexed(
  kernel: Pick<StorageKernel, 'treeNodes'>,
  { program }: Manifest<CircuitProgram>,
  { height, values }: Pick<CircuitResult, 'height' | 'values'>,
  sources: readonly IndexedSource[],
): Result<object, CircuitReject> {
  const known = sources.filter((source) => source.kind !== 'inscription')
  if (program.input === undefined || known.length === 0) return { ok: true }
  const last = Math.max(...known.map((source) => source.height))
  if (height !== last) return rejection('wrong-block', `a result of block ${height}, the input is in block ${last}`)
  const lists = known.flatMap((source) => (source.kind === 'inscriptions' ? [source.bytes] : []))
  if (lists.length < sources.length) return { ok: true }
  return checkValues(program, values, attestedCommitment(kernel, program.input, concatBytes(...lists)))
}
