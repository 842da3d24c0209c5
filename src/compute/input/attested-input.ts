import type { NetworkParams } from '../../bitcoin/index.ts'
import { type Attestation, poseidonOf } from '../../bus/index.ts'
import { concatBytes, type Rejection, type Result, rejection } from '../../lib/index.ts'
import type { StorageKernel } from '../../proving/index.ts'
import { type InputSource, nameOf } from '../manifest/data-sources.ts'
import { sourceBytes } from '../manifest/manifest.ts'
import { attestedBlob, type BlobInputReject } from './attested-blob.ts'
import { attestedInscription, type InputPlace, type InscriptionReject } from './attested-inscription.ts'
import { attestedName, type NameInputReject } from './attested-name.ts'
import { attestedRecords, type RecordsReject } from './attested-records.ts'
import { attestedResult, type SourceChain, type SourceResultReject, type SourceResults } from './attested-result.ts'
import { recordList } from './record-list.ts'

/** Why what is given is no input of a circuit. */
export type InputReject =
  | InscriptionReject
  | RecordsReject
  | BlobInputReject
  | SourceResultReject
  | NameInputReject
  /** The name means another blob than the one whose record is attested, or its record has run out at the input's last block. */
  | 'other-blob'
  | 'name-over'
  | 'no-attestation'
  | 'no-content'
  | 'too-much-evidence'
  | 'wrong-length'

/** What shows that the input of one source stands in a proved chain. */
export interface InputEvidence {
  /** Of one inscription, of the blob's record (that of its name before it), or of each record; of a result's record and what it is judged by; under that chain's proof. */
  readonly attestations: readonly Attestation[]
  /** Of a blob, which its record does not hold. */
  readonly content?: Uint8Array | undefined
}

/** What a program reads, and where it stands: of several, the block of the last. */
export interface AttestedInput extends InputPlace {
  readonly bytes: Uint8Array
  /** Of the inscriptions, in their order, or of the blob; that of its name's record before it. */
  readonly ids: readonly string[]
}

/** What is read of one source; `until` of a name, the height from which on its record holds no longer. */
type SourceInput = AttestedInput & { readonly until?: number }
type SourceResult = Result<{ readonly input: SourceInput }, InputReject>

export interface AttestedInputOptions {
  readonly sources: readonly InputSource[]
  /** Bytes that the program reads. */
  readonly length: number
  readonly chain: SourceChain
  readonly params: NetworkParams
  /** Verifies results that the program reads, of one that reads any. */
  readonly results?: SourceResults | undefined
  /** One for each source, in their order. */
  readonly evidence: readonly InputEvidence[]
  readonly kernel: StorageKernel
}

type InputResult = Result<{ readonly input: AttestedInput }, InputReject>

/** What is read of one source. */
type One<Source = InputSource> = Omit<AttestedInputOptions, 'sources' | 'evidence'> & {
  readonly source: Source
  readonly evidence: InputEvidence
}

/** Reads the input of a program out of what attests it: the bytes of its sources, one after the other. */
export async function attestedInput({ sources, evidence, ...options }: AttestedInputOptions): Promise<InputResult> {
  const more = surplus(sources, evidence)
  if (more !== null) return more
  const read: SourceInput[] = []
  for (const [i, source] of sources.entries()) {
    const own = evidence[i]
    if (own === undefined) return rejection('no-attestation', `nothing attests what is read of source ${i + 1}`)
    const length = sourceBytes(source, options.length)
    const one = await ofSource({ ...options, source, evidence: own, length })
    if (!one.ok) return one
    read.push(one.input)
  }
  const [first, ...others] = read
  if (first === undefined) return rejection('no-attestation', 'the program reads no source')
  const last = others.reduce((latest, one) => (one.height > latest.height ? one : latest), first)
  if (read.some(({ until }) => until !== undefined && last.height >= until)) {
    return rejection('name-over', `the name’s record holds no longer at block ${last.height}`)
  }
  const [ids, bytes] = [read.flatMap((one) => one.ids), concatBytes(...read.map((one) => one.bytes))]
  return { ok: true, input: { ...placeOf(last), ids, bytes } }
}

/** What belongs to no source would make messages larger that say nothing more. */
export function surplus(
  sources: readonly InputSource[],
  evidence: readonly InputEvidence[],
): Rejection<'too-much-evidence'> | null {
  if (evidence.length > sources.length) {
    return rejection(
      'too-much-evidence',
      `${evidence.length} pieces of evidence, the program reads ${sources.length} sources`,
    )
  }
  const at = evidence.findIndex(({ content }, i) => content !== undefined && sources[i]?.kind !== 'storage')
  return at < 0 ? null : rejection('too-much-evidence', `content of source ${at + 1}, which is no blob`)
}

async function ofSource(one: One): Promise<SourceResult> {
  const { source } = one
  switch (source.kind) {
    case 'inscription':
      return ofInscription(one)
    case 'inscriptions':
      return ofRecords({ ...one, source })
    case 'result':
      return await ofResult({ ...one, source })
    case 'storage':
      return await (nameOf(source) === null ? ofBlob(one) : ofName(one))
  }
}

/** The body of one inscription. */
function ofInscription({ length, chain, evidence, kernel }: One): InputResult {
  const attestation = oneOf(evidence)
  if (!attestation.ok) return attestation
  const read = attestedInscription(attestation.attestation, chain, poseidonOf(kernel))
  if (!read.ok) return read
  const { envelope, id, ...place } = read.inscription
  return withLength(envelope.body ?? new Uint8Array(), length, { ...placeOf(place), ids: [id] })
}

function ofRecords({
  source,
  length: bytes,
  chain,
  params,
  evidence,
  kernel,
}: One<Extract<InputSource, { readonly kind: 'inscriptions' }>>): InputResult {
  const { attestations } = evidence
  const read = attestedRecords({ attestations, source, bytes, chain, params, poseidon: poseidonOf(kernel) })
  if (!read.ok) return read
  const { records, ids, ...place } = read.list
  return { ok: true, input: { ...place, ids, bytes: recordList(records, bytes) } }
}

async function ofResult({
  source: { program },
  length,
  evidence: { attestations },
  results,
  ...under
}: One<Extract<InputSource, { readonly kind: 'result' }>>): Promise<InputResult> {
  const found = await attestedResult({ ...under, attestations, program, results })
  if (!found.ok) return found
  const { id, bytes, ...place } = found.read
  return withLength(bytes, length, { ...place, ids: [id] })
}

async function ofBlob({ length, chain, params, evidence, kernel }: One): Promise<InputResult> {
  const attestation = oneOf(evidence)
  if (!attestation.ok) return attestation
  const { content } = evidence
  if (content === undefined) return rejection('no-content', 'the bytes of the blob are not given')
  const read = await attestedBlob({ attestation: attestation.attestation, content, chain, params, kernel })
  if (!read.ok) return read
  const { id, ...place } = read.blob
  return withLength(content, length, { ...place, ids: [id] })
}

/** A blob by its name: the record of the name, then that of the blob which it means. */
async function ofName(one: One): Promise<SourceResult> {
  const { source, evidence, chain, params, kernel } = one
  const [naming, ...others] = evidence.attestations
  const name = nameOf(source)
  if (naming === undefined || name === null)
    return rejection('no-attestation', 'nothing attests the record of the name')
  const read = attestedName({ attestation: naming, name, chain, params, poseidon: poseidonOf(kernel) })
  if (!read.ok) return read
  const { blob, inscription, until, ...place } = read.named
  const content = await ofBlob({ ...one, evidence: { ...evidence, attestations: others } })
  if (!content.ok) return content
  const { bytes, ids, ...published } = content.input
  if (ids[0] !== blob) return rejection('other-blob', `${name.name} means the blob ${blob}`)
  const later = published.height > place.height ? published : place
  return { ok: true, input: { ...later, bytes, ids: [inscription, blob], until } }
}

function oneOf({ attestations }: InputEvidence): Result<{ readonly attestation: Attestation }, 'no-attestation'> {
  const [attestation, ...more] = attestations
  if (attestation !== undefined && more.length === 0) return { ok: true, attestation }
  return rejection('no-attestation', `${attestations.length} attestations of an input that has one`)
}

function withLength(bytes: Uint8Array, length: number, about: Omit<AttestedInput, 'bytes'>): InputResult {
  if (bytes.length === length) return { ok: true, input: { ...about, bytes } }
  return rejection('wrong-length', `${bytes.length} bytes; the program reads ${length}`)
}

function placeOf({ height, blockHash, confirmations }: InputPlace): InputPlace {
  return { height, blockHash, confirmations }
}
