import { concatBytes, type Result, rejection } from '../../../lib/index.ts'
import type { IndexEntry, IndexService, InscriptionIndex } from '../../../settlement/io/index.ts'
import { recordList, recordSlots } from '../../input/record-list.ts'
import type { CircuitProgram } from '../../manifest/circuit-program.ts'
import type { InputSource } from '../../manifest/data-sources.ts'
import { inputSources, type Manifest, sourceBytes } from '../../manifest/manifest.ts'
import type { InscribedRequest, PlacedRequest } from '../../requests/request-record.ts'
import { listedEntry } from '../input/indexed-records.ts'

/** What one source of a request's input is, by an index. */
export interface RequestedSource {
  readonly source: InputSource
  /** Bytes that the program reads of it. */
  readonly length: number
  /** One inscription, a blob's record, or all records up to the request's block. */
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

/** Finds what a request names, as of the block that it names: what came later is not read. */
export async function requestInput(
  index: Pick<InscriptionIndex, 'query' | 'get'>,
  manifest: Manifest<CircuitProgram>,
  { inputs }: Pick<InscribedRequest, 'inputs'>,
  { asOf }: Pick<PlacedRequest, 'asOf'>,
): Promise<Result<{ readonly input: RequestInput }, RequestInputReject>> {
  const named = inputSources(manifest)
  const ids = [...inputs]
  const sources: RequestedSource[] = []
  for (const source of named) {
    if (source.kind === 'result') return rejection('not-by-record', 'it reads a result of another program')
    const length = sourceBytes(source, manifest.program.input?.bytes ?? 0)
    const found =
      source.kind === 'inscriptions'
        ? await recordsOf(index, source, length, asOf.height)
        : await inscriptionOf(index, ids.shift(), asOf.height)
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
  { program, recordKind }: Extract<InputSource, { readonly kind: 'inscriptions' }>,
  length: number,
  to: number,
): Promise<Found> {
  const most = recordSlots(length) ?? 0
  const entries: IndexEntry[] = []
  for await (const entry of index.query({ program, kind: recordKind, to })) {
    if (entry.record === null) continue
    if (entries.length === most) return rejection('too-many-records', `more than ${most} records up to block ${to}`)
    entries.push(entry)
  }
  return entries.length > 0 ? { ok: true, entries } : rejection('input-not-found', `no records up to block ${to}`)
}

/** What the program reads, out of the node's blocks; null where some of it is a blob, whose bytes are not on Bitcoin. */
export async function requestedBytes(
  inscriptions: Pick<IndexService, 'body' | 'index'>,
  { sources }: RequestInput,
): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  for (const { source, length, entries } of sources) {
    const [entry] = entries
    if (source.kind === 'storage' || entry === undefined) return null
    const { params } = inscriptions.index
    const listed = entries.flatMap((one) => listedEntry(one, params) ?? [])
    parts.push(source.kind === 'inscription' ? await inscriptions.body(entry) : recordList(listed, length))
  }
  return concatBytes(...parts)
}
