import { concatBytes, type Result, rejection } from '../../../lib/index.ts'
import type { IndexEntry, IndexService, InscriptionIndex } from '../../../settlement/io/index.ts'
import { recordList, recordSlots } from '../../input/record-list.ts'
import type { CircuitProgram } from '../../manifest/circuit-program.ts'
import type { InputSource, RecordSource } from '../../manifest/data-sources.ts'
import { inputSources, type Manifest, sourceBytes } from '../../manifest/manifest.ts'
import type { InscribedRequest } from '../../requests/request-record.ts'
import { entriesOf, listedEntry } from '../input/indexed-records.ts'

/** What one source of a request's input is, by an index. */
export interface RequestedSource {
  readonly source: Extract<InputSource, { readonly kind: 'inscription' | 'inscriptions' }>
  /** Bytes that the program reads of it. */
  readonly length: number
  /** One inscription, or all records up to the request's block. */
  readonly entries: readonly IndexEntry[]
}

/** The input of a request; none of a program that reads none. */
export interface RequestInput {
  readonly sources: readonly RequestedSource[]
  /** The last block that holds any of it, which the result is about; null where nothing is read. Hash in display order. */
  readonly last: { readonly height: number; readonly blockHash: string } | null
}

export type RequestInputReject =
  | 'not-by-record'
  | 'input-not-found'
  | 'wrong-inputs'
  | 'wrong-length'
  | 'too-many-records'

/** Finds what a request names, in blocks up to a height: what came later is not read. */
export async function requestInput(
  index: Pick<InscriptionIndex, 'query' | 'get'>,
  manifest: Manifest<CircuitProgram>,
  { inputs }: Pick<InscribedRequest, 'inputs'>,
  to: number,
): Promise<Result<{ readonly input: RequestInput }, RequestInputReject>> {
  const named = inputSources(manifest)
  const ids = [...inputs]
  const sources: RequestedSource[] = []
  for (const source of named) {
    if (source.kind === 'result') return rejection('not-by-record', 'it reads a result of another program')
    if (source.kind === 'storage') return rejection('not-by-record', 'it reads a blob, whose bytes are not on Bitcoin')
    const length = sourceBytes(source, manifest.program.input?.bytes ?? 0)
    const found =
      source.kind === 'inscriptions'
        ? await recordsOf(index, source, length, to)
        : await inscriptionOf(index, ids.shift(), to)
    if (!found.ok) return found
    const bytes = source.kind === 'inscription' ? (found.entries[0]?.bodyLength ?? 0) : length
    if (bytes !== length) return rejection('wrong-length', `${bytes} bytes; the program reads ${length}`)
    sources.push({ source, length, entries: found.entries })
  }
  if (ids.length > 0) return rejection('wrong-inputs', `${ids.length} inputs more than the program reads`)
  const entries = sources.flatMap((one) => one.entries)
  const last = entries.reduce<IndexEntry | null>((a, b) => (a === null || b.height > a.height ? b : a), null)
  return { ok: true, input: { sources, last } }
}

type Found = Result<{ readonly entries: readonly IndexEntry[] }, RequestInputReject>

async function inscriptionOf(index: Pick<InscriptionIndex, 'get'>, id: string | undefined, to: number): Promise<Found> {
  if (id === undefined) return rejection('wrong-inputs', 'fewer inputs than the program reads')
  const entry = await index.get(id)
  if (entry !== null && entry.height <= to) return { ok: true, entries: [entry] }
  return rejection('input-not-found', `no inscription ${id} up to block ${to}`)
}

async function recordsOf(
  index: Pick<InscriptionIndex, 'query'>,
  source: RecordSource,
  length: number,
  to: number,
): Promise<Found> {
  const most = recordSlots(length)
  const entries = await entriesOf(index, source, to, most)
  if (entries === null) return rejection('too-many-records', `more than ${most} records up to block ${to}`)
  return entries.length > 0 ? { ok: true, entries } : rejection('input-not-found', `no records up to block ${to}`)
}

/** What the program reads, out of the node's blocks. */
export async function requestedBytes(
  inscriptions: Pick<IndexService, 'body' | 'index'>,
  { sources }: RequestInput,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (const { source, length, entries } of sources) {
    if (source.kind === 'inscriptions') {
      const { params } = inscriptions.index
      const listed = entries.flatMap((one) => listedEntry(one, params) ?? [])
      parts.push(recordList(listed, length))
    } else for (const entry of entries) parts.push(await inscriptions.body(entry))
  }
  return concatBytes(...parts)
}
