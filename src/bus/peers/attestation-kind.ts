import { formatInscriptionId, parseInscriptionId } from '../../bitcoin/index.ts'
import { bytesToHex, concatBytes, hexToBytes, readUint32, rejection, uint32Bytes } from '../../lib/index.ts'
import { MAX_ATTESTATION_BYTES } from '../attestation/attestation.ts'
import type { AttestRequest } from '../attestation/attestor.ts'
import type { Codec, RequestKind } from './transport.ts'

/** As in the binary form of attestations. */
const KIND = { header: 1, tx: 2, inscription: 3, output: 4 } as const
const TXID_BYTES = 32
const MAX_QUESTION = 1 + TXID_BYTES + 4 + 4

/**
 * What an attestation is asked about; numbers have four bytes, little-endian, txids 32 in the order that explorers show:
 *
 *     1 (header)        height
 *     2 (tx)            txid                               [height of its block]
 *     3 (inscription)   txid   number of the envelope      [height of its block]
 *     4 (output)        txid   number of the output        [height of its block]
 */
const anAttestRequest: Codec<AttestRequest> = {
  encode(request) {
    const kind = Uint8Array.of(KIND[request.kind])
    if (request.kind === 'header') return concatBytes(kind, uint32Bytes(request.height))
    const height = request.height === undefined ? new Uint8Array() : uint32Bytes(request.height)
    if (request.kind === 'tx') return concatBytes(kind, hexToBytes(request.txid), height)
    const place =
      request.kind === 'output' ? { txid: request.txid, index: request.output } : parseInscriptionId(request.id)
    if (place === null) throw new RangeError('no inscription id')
    return concatBytes(kind, hexToBytes(place.txid), uint32Bytes(place.index), height)
  },
  decode(bytes) {
    const request = readRequest(bytes)
    return request === null ? rejection('malformed', 'no question about an attestation') : { ok: true, value: request }
  },
}

function readRequest(bytes: Uint8Array): AttestRequest | null {
  const [kind] = bytes
  if (kind === KIND.header) return bytes.length === 5 ? { kind: 'header', height: readUint32(bytes, 1) } : null
  const fixed = 1 + TXID_BYTES + (kind === KIND.tx ? 0 : 4)
  if (bytes.length !== fixed && bytes.length !== fixed + 4) return null
  const txid = bytesToHex(bytes.subarray(1, 1 + TXID_BYTES))
  const height = bytes.length === fixed ? undefined : readUint32(bytes, fixed)
  if (kind === KIND.tx) return { kind: 'tx', txid, height }
  const index = readUint32(bytes, 1 + TXID_BYTES)
  if (kind === KIND.output) return { kind: 'output', txid, output: index, height }
  return kind === KIND.inscription ? { kind: 'inscription', id: formatInscriptionId({ txid, index }), height } : null
}

/** A piece of the attestation's binary form. */
const aPiece: Codec<Uint8Array> = {
  encode: (piece) => piece,
  decode: (bytes) => (bytes.length === 0 ? rejection('malformed', 'an empty piece') : { ok: true, value: bytes }),
}

/** Bytes of each piece but the last. */
export const ATTESTATION_PIECE = 65_536

/** An attestation under the proof that a peer holds, in pieces of one binary form: `bus/attestation/1`. */
export const attestationKind: RequestKind<AttestRequest, Uint8Array> = {
  name: 'bus/attestation/1',
  question: anAttestRequest,
  answer: aPiece,
  maxQuestionBytes: MAX_QUESTION,
  maxAnswerBytes: ATTESTATION_PIECE,
  maxFrames: Math.ceil(MAX_ATTESTATION_BYTES / ATTESTATION_PIECE),
  rate: { burst: 20, perSecond: 5 },
  concurrent: { total: 6, perClient: 2 },
  questionMs: 5_000,
  answerMs: 30_000,
}
