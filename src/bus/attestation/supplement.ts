import * as z from 'zod'
import { type Result, uint32 } from '../../lib/index.ts'
import type { AccumulatorPath } from '../accumulator-path.ts'
import type { Attestation } from './attestation.ts'
import { elementHex, pathSchema } from './json.ts'

/**
 * A path of its own, for an attestation made under an earlier proof: from the history store or a server, neither of
 * which needs to be trusted, since checking refuses a path that does not lead to the proof's commitment.
 */
export interface PathSupplement {
  readonly tipHeight: number
  readonly height: number
  readonly path: AccumulatorPath
}

const SUPPLEMENT_FORMAT = 'wsc-path-1'

/** 96 elements of 64 digits, and names around them. */
export const MAX_SUPPLEMENT_JSON = 16_384

const schema = z.strictObject({
  format: z.literal(SUPPLEMENT_FORMAT),
  tipHeight: uint32,
  height: uint32,
  path: pathSchema,
})

/** A well-formed path, of which nothing is verified yet, or why it is none. */
export type SupplementResult = Result<{ readonly supplement: PathSupplement }, 'malformed-path'>

/** An object for `JSON.stringify`. */
export function supplementToJson({ tipHeight, height, path }: PathSupplement): Record<string, unknown> {
  return { format: SUPPLEMENT_FORMAT, tipHeight, height, path: path.map(elementHex) }
}

/**
 * Reads what `wsc bus serve` answers for a path; nothing in it is judged yet.
 *
 * @example
 * import { supplementFromJson } from 'wsc-bitcoin'
 *
 * const result = supplementFromJson('{"format":"wsc-path-1","tipHeight":5,"height":3,"path":[]}')
 * console.log(result.ok ? result.supplement.height : result.detail) // 3
 */
export function supplementFromJson(text: string): SupplementResult {
  const bad = (detail: string): SupplementResult => ({ ok: false, reject: 'malformed-path', detail })
  if (text.length > MAX_SUPPLEMENT_JSON) return bad(`more than ${MAX_SUPPLEMENT_JSON} characters`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return bad('not JSON')
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) return bad(z.prettifyError(parsed.error).slice(0, 500))
  const { tipHeight, height, path } = parsed.data
  return { ok: true, supplement: { tipHeight, height, path } }
}

/** The attestation with another path, or why the path is not for it. */
export type RefreshResult = Result<{ readonly attestation: Attestation }, 'other-block'>

/**
 * The attestation with its path made anew. Whether it holds under the later proof, `verifyAttestation` says: where its
 * header is no longer in the chain it does not.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeAttestation, refreshAttestation } from 'wsc-bitcoin'
 *
 * const read = decodeAttestation(await readFile('header.attestation'))
 * if (!read.ok) throw new Error(read.detail)
 * const refreshed = refreshAttestation(read.attestation, { tipHeight: 9, height: 3, path: [] })
 * console.log(refreshed.ok ? refreshed.attestation.tipHeight : refreshed.reject) // 9
 */
export function refreshAttestation(attestation: Attestation, supplement: PathSupplement): RefreshResult {
  const { tipHeight, height, path } = supplement
  if (height !== attestation.height) {
    const detail = `the path is of block ${height}, the attestation of block ${attestation.height}`
    return { ok: false, reject: 'other-block', detail }
  }
  return { ok: true, attestation: { ...attestation, tipHeight, path } }
}
