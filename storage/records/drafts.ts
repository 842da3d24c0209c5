import { type BlockHash, toDisplay } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { Draft, Json } from '../../src/settlement/index.ts'
import type { BlobContent } from '../blob/id.ts'
import type { StorageParams } from '../params.ts'
import { type Body, encodeBody, type StorageKind } from './bodies.ts'
import { nameProgram, providerProgram, winProgram } from './programs.ts'
import { type ProviderClaim, signClaim } from './provider-key.ts'

/** The block that a record is signed under, and its place among those of its author and program. */
export interface RecordContext {
  readonly height: number
  readonly blockHash: BlockHash
  readonly seq: number
}

const CONTENT_TYPE = 'application/cbor'

/** What is to be inscribed (`composeInscription`) to publish a blob, beside an output that burns its price. */
export function blobDraft(blob: BlobContent & { readonly id: Uint8Array }, context: RecordContext): Draft {
  const { root, coding, length } = blob
  return draft('blob', { root, coding, length }, blob.id, context)
}

/** To register the author as a provider whose peer has this Ed25519 secret key (32 bytes) and this public one. */
export function providerDraft(
  params: StorageParams,
  author: Uint8Array,
  peer: { readonly key: Uint8Array; readonly secretKey: Uint8Array },
  context: RecordContext,
): Draft {
  const claim: ProviderClaim = { author, height: context.height }
  const body = { key: peer.key, sig: signClaim(params, claim, peer.secretKey) }
  return draft('provider', body, providerProgram(), context)
}

/** To tell that the author provides no longer. */
export function withdrawalDraft(context: RecordContext): Draft {
  return draft('provider', {}, providerProgram(), context)
}

/** To have a name of the author's mean a blob; null takes it back. */
export function nameDraft(name: string, id: Uint8Array | null, context: RecordContext): Draft {
  return draft('name', { id: id ?? new Uint8Array(0), name }, nameProgram(name), context)
}

/** That a try of the author's in a partition wins at this block. */
export function winDraft(win: Body<'win'>, challenge: Omit<RecordContext, 'seq'>): Draft {
  // Each win has a program of its own: there is nothing to be in order with.
  return draft('win', win, winProgram(win.partition, challenge.blockHash), { ...challenge, seq: 1 })
}

function draft<Kind extends StorageKind>(
  kind: Kind,
  body: Body<Kind>,
  program: Uint8Array,
  context: RecordContext,
): Draft {
  const metadata = new Map<string, Json>([
    ['kind', kind],
    ['program', bytesToHex(program)],
    ['height', BigInt(context.height)],
    ['blockHash', toDisplay(context.blockHash)],
    ['output', ''],
    ['seq', BigInt(context.seq)],
  ])
  return { body: encodeBody(kind, body), contentType: CONTENT_TYPE, metadata }
}
