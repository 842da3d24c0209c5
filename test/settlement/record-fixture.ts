import { hexToBytes } from '@noble/hashes/utils.js'
import {
  blockHash,
  type Envelope,
  encodeEnvelope,
  type NetworkParams,
  parseEnvelopes,
  regtest,
} from '../../src/bitcoin/index.ts'
import { recordContent, signRecord, type WscRecord } from '../../src/settlement/index.ts'
import { spends } from '../envelope/script-of.ts'

export const SECRET_KEY = hexToBytes(`${'00'.repeat(31)}03`)
export const CONTENT_TYPE = 'application/octet-stream'

export const fields = {
  v: 1,
  kind: 'result',
  program: new Uint8Array(32).fill(0xab),
  height: 840_000,
  blockHash: blockHash(new Uint8Array(32).fill(0xcd)),
  output: new Uint8Array(32).fill(0xef),
  seq: 7,
} as const

/** 256 bytes, as long as a Groth16 proof. */
export const BODY = Uint8Array.from({ length: 256 }, (_, i) => i)

export function signed(
  body: Uint8Array = BODY,
  contentType = CONTENT_TYPE,
  params: NetworkParams = regtest,
): WscRecord {
  const content = { params, contentType: new TextEncoder().encode(contentType), body }
  return signRecord(fields, content, SECRET_KEY, new Uint8Array(32))
}

/** Reads an envelope script as the scanner would. */
export function read(script: Uint8Array): Envelope {
  const [envelope] = parseEnvelopes(spends(script))
  if (envelope === undefined) throw new Error('no envelope')
  return envelope
}

export function inscribed(record: WscRecord, body: Uint8Array = BODY, contentType = CONTENT_TYPE): Uint8Array {
  return encodeEnvelope(recordContent(record, contentType, body))
}
