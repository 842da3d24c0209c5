import { sha256 } from '@noble/hashes/sha2.js'
import { type Envelope, formatInscriptionId, type Header, type Transaction, toDisplay } from '../../bitcoin/index.ts'
import { bytesToHex, type Result, utf8 } from '../../lib/index.ts'
import type { VerifyReject } from '../verify.ts'
import type { AttestationKind } from './attestation.ts'
import type { AttestationFormReject } from './binary.ts'
import type { AttestationPayload, AttestationReject, VerifiedAttestation } from './verify.ts'

/** Why an attestation was refused, not even read, or not verified: the proof that it is to hold under does not hold. */
export type ShownAttestationReject = AttestationReject | AttestationFormReject | `proof:${VerifyReject}`

/**
 * The object `wsc check --json` prints. What is refused has shown nothing: its fields are null.
 *
 * @example
 * import { attestationResultJson } from 'wsc-bitcoin'
 *
 * const json = attestationResultJson({ ok: false, reject: 'not-in-block', detail: '' }, 'tx')
 * console.log(json.height) // null
 */
export function attestationResultJson(
  result: Result<{ readonly verified: VerifiedAttestation }, string>,
  kind: AttestationKind | null,
): Record<string, unknown> {
  if (!result.ok) {
    return {
      valid: false,
      reason: result.reject,
      kind,
      height: null,
      blockHash: null,
      confirmations: null,
      payload: null,
    }
  }
  const { height, blockHash, confirmations, payload, header } = result.verified
  const about = describe(payload, header)
  return { valid: true, reason: null, kind, height, blockHash: toDisplay(blockHash), confirmations, payload: about }
}

function describe(payload: AttestationPayload, header: Header): Record<string, unknown> {
  switch (payload.kind) {
    case 'header':
      return {
        version: header.version,
        prevHash: toDisplay(header.prevHash),
        merkleRoot: bytesToHex(header.merkleRoot.slice().reverse()),
        time: header.time,
        bits: header.bits.toString(16).padStart(8, '0'),
        nonce: header.nonce,
        accumulator: payload.accumulator.toString(16).padStart(64, '0'),
      }
    case 'tx':
      return { txid: toDisplay(payload.txid), index: payload.index, ...describeTransaction(payload.transaction) }
    case 'output':
      return {
        txid: toDisplay(payload.txid),
        output: payload.output,
        value: Number(payload.value),
        script: bytesToHex(payload.script),
      }
    case 'inscription': {
      const txid = toDisplay(payload.txid)
      return { id: formatInscriptionId({ txid, index: payload.envelope.index }), ...describeEnvelope(payload.envelope) }
    }
  }
}

/** Satoshis as numbers: all of them fit exactly. The raw transaction comes without its witness. */
function describeTransaction({ inputs, outputs, bytes }: Transaction): Record<string, unknown> {
  return {
    inputs: inputs.map(({ prevoutTxid, prevoutIndex }) => ({ txid: toDisplay(prevoutTxid), output: prevoutIndex })),
    outputs: outputs.map(({ value, script }) => ({ value: Number(value), script: bytesToHex(script) })),
    raw: bytesToHex(bytes),
  }
}

function describeEnvelope({ input, index, body, error, unbound, ...fields }: Envelope): Record<string, unknown> {
  return {
    input,
    index,
    contentType: fields.contentType === null ? null : utf8(fields.contentType),
    bodyLength: body?.length ?? null,
    bodySha256: body === null ? null : bytesToHex(sha256(body)),
    metaprotocol: fields.metaprotocol === null ? null : utf8(fields.metaprotocol),
    metadata: fields.metadata === null ? null : bytesToHex(fields.metadata),
    error,
    unbound,
  }
}
