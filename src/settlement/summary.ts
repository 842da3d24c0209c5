import { sha256 } from '@noble/hashes/sha2.js'
import type { EnvelopeError } from '../bitcoin/index.ts'
import { bytesToHex, utf8 } from '../lib/index.ts'
import type { FoundInscription } from './scan-block.ts'

/** One inscription in short. `<txid>i<index>` is ord's id of it. */
export interface InscriptionSummary {
  /** Display order. */
  readonly txid: string
  readonly input: number
  readonly index: number
  /** Null where there is none, or none that is UTF-8, as for ord. */
  readonly contentType: string | null
  /** Null without a body; an empty body has 0. */
  readonly bodyLength: number | null
  readonly bodySha256: string | null
  readonly metaprotocol: string | null
  readonly error: EnvelopeError | null
}

/**
 * What `wsc inscriptions scan --json` tells of an inscription.
 *
 * @example
 * import { encodeEnvelope, parseEnvelopes, summarize } from 'wsc-bitcoin'
 *
 * const script = encodeEnvelope({ body: new TextEncoder().encode('hello') })
 * const [envelope] = parseEnvelopes({ inputs: [{ witness: [script, new Uint8Array(33)] }] })
 * console.log(summarize({ txid: '00'.repeat(32), envelope }).bodyLength) // 5
 */
export function summarize({ txid, envelope }: Pick<FoundInscription, 'txid' | 'envelope'>): InscriptionSummary {
  const { input, index, contentType, body, metaprotocol, error } = envelope
  return {
    txid,
    input,
    index,
    contentType: contentType === null ? null : utf8(contentType),
    bodyLength: body === null ? null : body.length,
    bodySha256: body === null ? null : bytesToHex(sha256(body)),
    metaprotocol: metaprotocol === null ? null : utf8(metaprotocol),
    error,
  }
}
