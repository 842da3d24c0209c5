import * as z from 'zod'
import { HEADER_BYTES, MAX_BRANCH_DEPTH } from '../../bitcoin/index.ts'
import { bytesToHex, hash256, hexToBytes, hexUpTo, uint32 } from '../../lib/index.ts'
import { MAX_PATH_LENGTH } from '../accumulator-path.ts'
import { FIELD_MODULUS } from '../field.ts'
import { type Attestation, MAX_ATTESTATION_BYTES, MAX_ATTESTATION_JSON, MAX_INDEX, ownLevels } from './attestation.ts'
import {
  type AcceptedVersions,
  ATTESTATION_VERSION,
  type AttestationResult,
  acceptsVersion,
  versionDetail,
} from './binary.ts'

/** JSON form: the same fields, bytes in hexadecimal (internal order), field elements as 64 digits. */
const FORMAT_NAME = 'wsc-attestation-'
const ATTESTATION_FORMAT = `${FORMAT_NAME}${ATTESTATION_VERSION}`

const hex = (least: number, most: number) =>
  hexUpTo(most)
    .min(2 * least)
    .transform(hexToBytes)
const hash = hex(32, 32)
const hashes = z.array(hash).max(MAX_BRANCH_DEPTH)
const elementSchema = hash256
  .transform((digits) => BigInt(`0x${digits}`))
  .refine((element) => element < FIELD_MODULUS, 'outside the field')
export const pathSchema = z.array(elementSchema).max(MAX_PATH_LENGTH)

const head = {
  format: z.string(),
  tipHeight: uint32,
  height: uint32,
  header: hex(HEADER_BYTES, HEADER_BYTES),
  path: pathSchema,
}
const index = z.int().min(0).max(MAX_INDEX)
const transactionPart = {
  index,
  coinbase: hex(41, MAX_ATTESTATION_BYTES),
  transaction: hex(0, MAX_ATTESTATION_BYTES).nullable(),
  branch: z.strictObject({ coinbase: hashes, transaction: hashes, shared: hashes }),
}

const schema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('header'), ...head }),
  z.strictObject({ kind: z.literal('tx'), ...head, ...transactionPart }),
  z.strictObject({ kind: z.literal('output'), ...head, ...transactionPart, output: uint32 }),
  z.strictObject({
    kind: z.literal('inscription'),
    ...head,
    index,
    coinbase: hex(41, MAX_ATTESTATION_BYTES),
    coinbaseBranch: hashes,
    transaction: hex(0, MAX_ATTESTATION_BYTES),
    witnessBranch: hashes,
    reserved: hash,
    input: uint32,
    envelope: uint32,
  }),
])

export function elementHex(element: bigint): string {
  return element.toString(16).padStart(64, '0')
}

/**
 * An object for `JSON.stringify`.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { attestationToJson, decodeAttestation } from 'wsc-bitcoin'
 *
 * const result = decodeAttestation(await readFile('header.attestation'))
 * console.log(result.ok ? attestationToJson(result.attestation).format : result.reject) // wsc-attestation-2
 */
export function attestationToJson(attestation: Attestation): Record<string, unknown> {
  const { kind, ...rest } = attestation
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return bytesToHex(value)
    if (typeof value === 'bigint') return elementHex(value)
    if (Array.isArray(value)) return value.map(plain)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]))
  }
  return { format: ATTESTATION_FORMAT, kind, ...(plain(rest) as Record<string, unknown>) }
}

/**
 * Reads the JSON form, strictly; nothing in it is judged yet.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { attestationFromJson, attestationToJson, decodeAttestation } from 'wsc-bitcoin'
 *
 * const result = decodeAttestation(await readFile('header.attestation'))
 * if (!result.ok) throw new Error(result.detail)
 * const again = attestationFromJson(JSON.stringify(attestationToJson(result.attestation)))
 * console.log(again.ok) // true
 */
export function attestationFromJson(text: string, accepted: AcceptedVersions = 'current'): AttestationResult {
  const bad = (detail: string): AttestationResult => ({ ok: false, reject: 'malformed', detail })
  if (text.length > MAX_ATTESTATION_JSON) {
    return { ok: false, reject: 'oversize', detail: `more than ${MAX_ATTESTATION_JSON} characters` }
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { ok: false, reject: 'not-an-attestation', detail: 'not JSON' }
  }
  const format = (json as { format?: unknown } | null)?.format
  if (typeof format !== 'string' || !format.startsWith(FORMAT_NAME)) {
    return { ok: false, reject: 'not-an-attestation', detail: 'it does not name the format of an attestation' }
  }
  const version = format.slice(FORMAT_NAME.length)
  if (!/^[1-9]\d?$/.test(version) || !acceptsVersion(Number(version), accepted)) {
    return { ok: false, reject: 'unsupported-version', detail: versionDetail(version.slice(0, 40)) }
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) return bad(z.prettifyError(parsed.error).slice(0, 500))
  const { format: _, ...attestation } = parsed.data
  if ('branch' in attestation) {
    const { branch, index: at, transaction } = attestation
    const own = ownLevels(at)
    if (branch.coinbase.length !== own || branch.transaction.length !== own) {
      return bad(`a transaction at index ${at} has ${own} siblings of its own, and so has the coinbase beside it`)
    }
    if ((transaction === null) !== (at === 0)) return bad('the coinbase alone is at index 0, and stands for itself')
  }
  return { ok: true, attestation }
}
