import { encodeBlob, MemoryStore } from '../../../storage/index.ts'
import type { NetworkParams } from '../../bitcoin/index.ts'
import { type Attestation, type AttestedChain, poseidonOf } from '../../bus/index.ts'
import { bytesToHex, equalBytes, type Result, rejection } from '../../lib/index.ts'
import type { StorageKernel } from '../../proving/index.ts'
import { decodeRecord, type RecordReject } from '../../settlement/index.ts'
import { attestedInscription, type InputPlace, type InscriptionReject } from './attested-inscription.ts'

/** Why bytes are not those of a blob that an attested record publishes. */
export type BlobInputReject = InscriptionReject | `record:${RecordReject}` | 'not-a-blob' | 'other-content'

export interface AttestedBlobOptions {
  /** Of the blob's record. */
  readonly attestation: Attestation
  readonly content: Uint8Array
  readonly chain: AttestedChain
  readonly params: NetworkParams
  readonly kernel: StorageKernel
}

/** A blob, in the block that holds its record. */
export interface AttestedBlob extends InputPlace {
  /** 64 hex digits. */
  readonly id: string
}

/** That content is the blob which a signed record in the chain publishes: its root is computed anew. */
export async function attestedBlob({
  attestation,
  content,
  chain,
  params,
  kernel,
}: AttestedBlobOptions): Promise<Result<{ readonly blob: AttestedBlob }, BlobInputReject>> {
  const attested = attestedInscription(attestation, chain, poseidonOf(kernel))
  if (!attested.ok) return attested
  const { envelope, height, blockHash, confirmations, id: inscription } = attested.inscription
  const read = decodeRecord(envelope, params)
  if (!read.ok) return rejection(`record:${read.reject}`, `${inscription}: ${read.detail}`)
  const { kind, program } = read.record
  if (kind !== 'blob') return rejection('not-a-blob', `${inscription} is a record of kind ${kind}`)
  const encoded = await encodeBlob(kernel, once(content), new MemoryStore())
  const id = bytesToHex(program)
  if (!encoded.ok || !equalBytes(encoded.blob.id, program)) {
    return rejection('other-content', `the bytes are not those of the blob ${id}`)
  }
  return { ok: true, blob: { id, height, blockHash, confirmations } }
}

async function* once(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content
}
