import { MAX_SUPPLEMENT_JSON, type SupplementResult, supplementFromJson } from '../attestation/supplement.ts'
import { type FetchOptions, fetchBytes } from './fetch-bytes.ts'

/**
 * The path for a header from a server of the bus, to its proof's commitment; not trusted, and judged by checking.
 *
 * @example
 * import { fetchPath } from 'wsc-bitcoin'
 *
 * const result = await fetchPath('http://127.0.0.1:1', 3).catch((error) => error.code)
 * console.log(result) // E_FETCH
 */
export async function fetchPath(url: string, height: number, options: FetchOptions = {}): Promise<SupplementResult> {
  const fetched = await fetchBytes(url, `v1/path/${height}`, MAX_SUPPLEMENT_JSON, options)
  if (!fetched.ok) return { ok: false, reject: 'malformed-path', detail: fetched.detail }
  return supplementFromJson(new TextDecoder().decode(fetched.bytes))
}
