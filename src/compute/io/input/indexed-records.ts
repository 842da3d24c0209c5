import { fromDisplay, type NetworkParams } from '../../../bitcoin/index.ts'
import { hexToBytes } from '../../../lib/index.ts'
import { recordMessageOfHash } from '../../../settlement/index.ts'
import type { IndexEntry, InscriptionIndex } from '../../../settlement/io/index.ts'
import type { ListedRecord } from '../../input/record-list.ts'
import type { RecordSource } from '../../manifest/data-sources.ts'

/** Records that a program reads, with the block of the last one. */
export interface IndexedRecords {
  readonly records: readonly ListedRecord[]
  /** Ids of their inscriptions. */
  readonly ids: readonly string[]
  /** Null where there is none. */
  readonly last: { readonly height: number; readonly hash: string } | null
}

/** Inscriptions of all signed records of a source in blocks up to a height, in the chain's order; null where there are more than `most`. */
export async function entriesOf(
  index: Pick<InscriptionIndex, 'query'>,
  { program, recordKind }: RecordSource,
  to: number,
  most: number,
): Promise<readonly IndexEntry[] | null> {
  const entries: IndexEntry[] = []
  for await (const entry of index.query({ program, kind: recordKind, to })) {
    if (entry.record === null) continue
    if (entries.length === most) return null
    entries.push(entry)
  }
  return entries
}

/**
 * Height of the last block up to one that holds a signed record of a source; null where none does. Where there are more than `most` it is
 * that of the first one too many: what later ones say is not asked, since nobody reads a list that is not whole.
 */
export async function lastRecord(
  index: Pick<InscriptionIndex, 'query'>,
  { program, recordKind }: RecordSource,
  to: number,
  most: number,
): Promise<number | null> {
  let last: number | null = null
  let count = 0
  for await (const { height, record } of index.query({ program, kind: recordKind, to })) {
    if (record === null) continue
    last = height
    if (++count > most) break
  }
  return last
}

/** All signed records of a source in blocks up to a height: what a complete list holds. Null where there are more than `most`. */
export async function indexedRecords(
  index: Pick<InscriptionIndex, 'query' | 'params'>,
  source: RecordSource,
  to: number,
  most: number,
): Promise<IndexedRecords | null> {
  const entries = await entriesOf(index, source, to, most)
  if (entries === null) return null
  const last = entries.at(-1)
  return {
    records: entries.flatMap((entry) => listedEntry(entry, index.params) ?? []),
    ids: entries.map(({ id }) => id),
    last: last === undefined ? null : { height: last.height, hash: last.blockHash },
  }
}

/** Null for an inscription that is no record. */
export function listedEntry(
  { record, contentType, bodySha256 }: IndexEntry,
  params: NetworkParams,
): ListedRecord | null {
  if (record === null || contentType === null || bodySha256 === null) return null
  const { kind, height, blockHash, seq } = record
  const bytes = (hex: string) => new Uint8Array(hexToBytes(hex))
  const [author, program, output] = [bytes(record.author), bytes(record.program), bytes(record.output)]
  const signed = { v: 1 as const, kind, program, height, blockHash: fromDisplay(blockHash), output, seq, author }
  const content = { params, contentType: new TextEncoder().encode(contentType), bodyHash: hexToBytes(bodySha256) }
  return { author, program, seq, message: recordMessageOfHash(signed, content) }
}
