import { toDisplay } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { Draft, Json, RecordPlace } from '../../src/settlement/index.ts'
import type { BlobContent } from '../blob/id.ts'
import type { StorageParams } from '../params.ts'
import { type Body, encodeBody, type StorageKind } from './bodies.ts'
import { nameProgram, providerProgram, winProgram } from './programs.ts'
import { type ProviderClaim, signClaim } from './provider-key.ts'

const CONTENT_TYPE = 'application/cbor'

/** What is to be inscribed (`composeInscription`) to publish a blob, beside an output that burns its price. */
export function blobDraft(blob: BlobContent & { readonly id: Uint8Array }, place: RecordPlace): Draft {
  const { root, coding, length } = blob
  return draft('blob', { root, coding, length }, blob.id, place)
}

/** To register the author as a provider whose peer has this Ed25519 secret key (32 bytes) and this public one. */
export function providerDraft(
  params: StorageParams,
  author: Uint8Array,
  peer: { readonly key: Uint8Array; readonly secretKey: Uint8Array },
  place: RecordPlace,
): Draft {
  const claim: ProviderClaim = { author, height: place.height }
  const body = { key: peer.key, sig: signClaim(params, claim, peer.secretKey) }
  return draft('provider', body, providerProgram(), place)
}

/** To tell that the author provides no longer. */
export function withdrawalDraft(place: RecordPlace): Draft {
  return draft('provider', {}, providerProgram(), place)
}

/** To have a name of the author's mean a blob; null takes it back. */
export function nameDraft(name: string, id: Uint8Array | null, place: RecordPlace): Draft {
  return draft('name', { id: id ?? new Uint8Array(0), name }, nameProgram(name), place)
}

/** That a try of the author's in a partition wins at this block. */
export function winDraft(win: Body<'win'>, challenge: Omit<RecordPlace, 'seq'>): Draft {
  // Each win has a program of its own: there is nothing to be in order with.
  return draft('win', win, winProgram(win.partition, challenge.blockHash), { ...challenge, seq: 1 })
}

function draft<Kind extends StorageKind>(kind: Kind, body: Body<Kind>, program: Uint8Array, place: RecordPlace): Draft {
  const metadata = new Map<string, Json>([
    ['kind', kind],
    ['program', bytesToHex(program)],
    ['height', BigInt(place.height)],
    ['blockHash', toDisplay(place.blockHash)],
    ['output', ''],
    ['seq', BigInt(place.seq)],
  ])
  return { body: encodeBody(kind, body), contentType: CONTENT_TYPE, metadata }
}
