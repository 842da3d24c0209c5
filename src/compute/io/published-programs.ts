import { bytesToHex, hexToBytes } from '../../lib/index.ts'
import type { IndexEntry, IndexService } from '../../settlement/io/index.ts'
import { PROGRAM_KIND, PROGRAM_TYPE, type PublishedProgram } from '../bundle/program-record.ts'
import { MAX_MANIFEST_BYTES, type Manifest } from '../manifest/manifest.ts'
import { readManifest } from '../manifest/read-manifest.ts'

/** A record that publishes a program. That the program is what it says, only an audit shows. */
export interface ProgramRecord {
  /** The inscription's id. */
  readonly record: string
  /** Of the block that holds it. */
  readonly height: number
  /** 64 hex digits each. */
  readonly program: string
  readonly author: string
  /** Id of the bundle in storage. */
  readonly content: string
  /** Null where the body is none. */
  readonly manifest: Manifest | null
}

type Inscriptions = Pick<IndexService, 'index' | 'body'>

/** Programs that records on the node's chain publish, those that count, in the chain's order. */
export async function publishedPrograms(
  inscriptions: Inscriptions,
  { program, signal }: { readonly program?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly ProgramRecord[]> {
  const found: ProgramRecord[] = []
  const query = { kind: PROGRAM_KIND, records: true, ...(program !== undefined && { program }) }
  for await (const entry of inscriptions.index.query(query)) {
    const record = await programRecord(inscriptions, entry, signal)
    if (record !== null) found.push(record)
  }
  return found
}

/** What an inscription publishes; null where it is no record of a program. */
export async function programRecord(
  inscriptions: Pick<Inscriptions, 'body'>,
  entry: IndexEntry,
  signal?: AbortSignal,
): Promise<ProgramRecord | null> {
  const { id, height, record, bodyLength } = entry
  if (record?.kind !== PROGRAM_KIND || hexToBytes(record.output).length !== 32) return null
  const { program, author, output: content } = record
  const isManifest = entry.contentType === PROGRAM_TYPE && bodyLength !== null && bodyLength <= MAX_MANIFEST_BYTES
  const read = isManifest ? readManifest(await inscriptions.body(entry, signal)) : null
  return { record: id, height, program, author, content, manifest: read?.ok ? read.manifest : null }
}

/** The inscription's id of an author's last record of a program that counts, where it names this bundle; else null. */
export async function publishedAs(
  { program, content }: PublishedProgram,
  author: Uint8Array,
  { index }: Pick<IndexService, 'index'>,
): Promise<string | null> {
  const line = { author: bytesToHex(author), program: bytesToHex(program) }
  let last: { readonly id: string; readonly output: string | undefined } | null = null
  for await (const { id, record } of index.query({ ...line, kind: PROGRAM_KIND, records: true })) {
    last = { id, output: record?.output }
  }
  return last !== null && last.output === bytesToHex(content) ? last.id : null
}
