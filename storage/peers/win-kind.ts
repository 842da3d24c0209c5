import { sha256 } from '@noble/hashes/sha2.js'
import { encodeEnvelope, type NetworkParams, networkHash, parseEnvelopes } from '../../src/bitcoin/index.ts'
import type { GossipKind } from '../../src/bus/index.ts'
import { bytesToHex, equalBytes, type Result, rejection } from '../../src/lib/index.ts'
import { decodeRecord, recordContent } from '../../src/settlement/index.ts'
import { type SignedRecord, type WinClaim, winClaim } from '../sampling/judge-win.ts'
import { winId } from '../sampling/win-id.ts'

/** A win as it goes from peer to peer: the envelope that would be inscribed. */
export interface WinMessage {
  readonly bytes: Uint8Array
  readonly signed: SignedRecord
  readonly claim: WinClaim
  /** 64 hex digits: that of all wins of this key, partition and block. */
  readonly id: string
}

type ReadMessage = Result<{ readonly value: WinMessage }>

const MAX_BYTES = 8_192

/** Reads the envelope of a signed record of a win, in the one form that it is written in. */
export function readWinMessage(params: NetworkParams, given: Uint8Array): ReadMessage {
  // A plain array: what is read out of a Buffer would be Buffers, which CBOR writes in another way.
  const bytes = new Uint8Array(given)
  const [envelope, ...others] = parseEnvelopes({ inputs: [{ witness: [bytes, new Uint8Array(33)] }] })
  if (envelope === undefined || others.length > 0) return rejection('malformed', 'not the envelope of one record')
  const decoded = decodeRecord(envelope, params)
  if (!decoded.ok) return rejection('malformed', `no record: ${decoded.reject}: ${decoded.detail}`)
  const { record, contentType, body } = decoded
  if (!equalBytes(bytes, encodeEnvelope(recordContent(record, contentType, body)))) {
    return rejection('malformed', 'the record is written in another form')
  }
  const read = winClaim(decoded)
  if (!read.ok) return rejection('malformed', `no win: ${read.reject}: ${read.detail}`)
  const { claim } = read
  const id = bytesToHex(winId(networkHash(params), claim))
  return { ok: true, value: { bytes, signed: { record, body }, claim, id } }
}

/**
 * Gossip of wins: `storage/win/1/` and the first 16 digits of the key that proofs are verified by, for a proof under another one is
 * no lie and yet does not hold. A message is named by its bytes, which costs no signature before the peer that gives it is held to its
 * rate; that of a key, partition and block one win is passed on, whoever judges sees to.
 */
export function winGossip(params: NetworkParams, keyId: string): GossipKind<WinMessage> {
  const decode = (bytes: Uint8Array): ReadMessage =>
    bytes.length > MAX_BYTES ? rejection('malformed', `${bytes.length} bytes`) : readWinMessage(params, bytes)
  return {
    name: `storage/win/1/${keyId.slice(0, 16)}`,
    message: { encode: ({ bytes }) => bytes, decode },
    maxBytes: MAX_BYTES,
    rate: { burst: 512, perSecond: 8 },
    id: sha256,
  }
}
