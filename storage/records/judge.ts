import type { Block, Transaction } from '../../src/bitcoin/index.ts'
import { bytesToHex, equalBytes, type Result, rejection } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { decodeRecord, scanBlock, type WscRecord } from '../../src/settlement/index.ts'
import { blobId } from '../blob/id.ts'
import { blobShape, CODING, isBlobLength } from '../blob/shape.ts'
import { partitionPositions, type StorageParams } from '../params.ts'
import { type BodyReject, decodeBody, isTableKind } from './bodies.ts'
import { burned, burnFor } from './burn.ts'
import { nameProgram, providerProgram } from './programs.ts'
import { claimHolds } from './provider-key.ts'

/** A blob that a record publishes and pays for. All bytes are lower-case hex: ids are compared and kept. */
export interface BlobClaim {
  readonly kind: 'blob'
  readonly author: string
  readonly id: string
  readonly root: string
  readonly length: number
  readonly chunks: number
}

/** A provider's key, and the peer that works for it; null withdraws. */
export interface ProviderRecord {
  readonly kind: 'provider'
  readonly author: string
  readonly seq: number
  readonly peer: string | null
}

/** A name in its author's own name space; null takes it back. */
export interface NameRecord {
  readonly kind: 'name'
  readonly author: string
  readonly seq: number
  readonly name: string
  readonly id: string | null
}

/** What a record says that is right by itself; whether a blob's id is new, a name's `seq` the greatest, the table tells. */
export type StorageRecord = BlobClaim | ProviderRecord | NameRecord

/** Why a record of a kind of storage does not count. */
export type StorageReject =
  | BodyReject
  /** Its `program` does not follow from its body. */
  | 'wrong-program'
  /** The root of a blob is zero or no canonical field element. */
  | 'bad-root'
  | 'bad-coding'
  /** No blob has that length. */
  | 'bad-length'
  /** It would not fit into a partition. */
  | 'too-many-chunks'
  /** The transaction burns less than the price. */
  | 'unpaid'
  /** The peer has not signed. */
  | 'bad-provider-signature'

/** What a record lies in. */
export interface RecordPlace {
  readonly tx: Pick<Transaction, 'outputs'>
  /** Of the block that includes it. */
  readonly height: number
}

type Kernel = Pick<StorageKernel, 'poseidon'>

const refuse = (reject: StorageReject, detail: string) => rejection(reject, detail)

/** What a signed record of one of the table's kinds says, by everything that its transaction alone decides. */
export function judgeRecord(
  kernel: Kernel,
  params: StorageParams,
  { record, body }: { readonly record: WscRecord; readonly body: Uint8Array },
  place: RecordPlace,
): Result<{ readonly says: StorageRecord }, StorageReject | 'other-kind'> {
  const { kind } = record
  if (!isTableKind(kind)) return rejection('other-kind', `${kind} is no kind that the table is made of`)
  switch (kind) {
    case 'blob':
      return judgeBlob(kernel, params, record, body, place)
    case 'provider':
      return judgeProvider(params, record, body)
    case 'name':
      return judgeName(record, body)
  }
}

type Judged = Result<{ readonly says: StorageRecord }, StorageReject>

function judgeBlob(
  kernel: Kernel,
  params: StorageParams,
  record: WscRecord,
  bytes: Uint8Array,
  { tx, height }: RecordPlace,
): Judged {
  const decoded = decodeBody('blob', bytes)
  if (!decoded.ok) return decoded
  const { root, coding, length } = decoded.body
  if (coding !== CODING) return refuse('bad-coding', `coding ${coding} is none`)
  if (!isBlobLength(length)) return refuse('bad-length', `no blob has ${length} bytes`)
  const id = root.every((byte) => byte === 0) ? null : blobId(kernel, { root, coding, length })
  if (id === null) return refuse('bad-root', 'the root is zero or no canonical field element')
  if (!equalBytes(id, record.program)) return refuse('wrong-program', `the blob’s id is ${bytesToHex(id)}`)
  const { chunks } = blobShape(length)
  const most = partitionPositions(params)
  if (chunks > most) return refuse('too-many-chunks', `${chunks} chunks, a partition has ${most} positions`)
  const [paid, wanted] = [burned(tx), burnFor(params, chunks, height)]
  if (paid < wanted) return refuse('unpaid', `${paid} satoshis burned, ${wanted} wanted for ${chunks} chunks`)
  const says = { id: bytesToHex(id), root: bytesToHex(root), length, chunks }
  return { ok: true, says: { kind: 'blob', author: bytesToHex(record.author), ...says } }
}

function judgeProvider(params: StorageParams, record: WscRecord, bytes: Uint8Array): Judged {
  const decoded = decodeBody('provider', bytes)
  if (!decoded.ok) return decoded
  if (!equalBytes(record.program, providerProgram())) return refuse('wrong-program', 'it is not that of providers')
  const { author, seq } = record
  const { body } = decoded
  if ('key' in body && !claimHolds(params, record, body.key, body.sig)) {
    return refuse('bad-provider-signature', 'the peer has not signed for this author, network and height')
  }
  const peer = 'key' in body ? bytesToHex(body.key) : null
  return { ok: true, says: { kind: 'provider', author: bytesToHex(author), seq, peer } }
}

function judgeName(record: WscRecord, bytes: Uint8Array): Judged {
  const decoded = decodeBody('name', bytes)
  if (!decoded.ok) return decoded
  const { author, seq } = record
  const { id, name } = decoded.body
  if (!equalBytes(record.program, nameProgram(name))) return refuse('wrong-program', `it is not that of ${name}`)
  const named = id.length === 0 ? null : bytesToHex(id)
  return { ok: true, says: { kind: 'name', author: bytesToHex(author), seq, name, id: named } }
}

/** One record of a block that storage looks at. */
export interface FoundRecord {
  /** Display order. */
  readonly txid: string
  readonly judged: Result<{ readonly says: StorageRecord }, StorageReject>
}

/**
 * The records of a block in order, those that do not count among them. One a transaction: the first envelope of its first
 * input; whatever else it holds cannot be paid by the same burn.
 */
export function* recordsOf(
  kernel: Kernel,
  params: StorageParams,
  block: Pick<Block, 'transactions'>,
  height: number,
): Generator<FoundRecord, void> {
  for (const { txid, tx, envelope } of scanBlock(block)) {
    if (envelope.input !== 0 || envelope.index !== 0) continue
    const decoded = decodeRecord(envelope, params.network)
    if (!decoded.ok) continue
    const judged = judgeRecord(kernel, params, decoded, { tx, height })
    if (judged.ok || judged.reject !== 'other-kind') yield { txid, judged: judged as FoundRecord['judged'] }
  }
}
