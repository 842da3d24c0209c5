import type { ReadOptions } from '../../../storage/index.ts'
import { type Result, rejection } from '../../lib/index.ts'
import { MAX_BUNDLE_BYTES } from '../bundle/bundle.ts'
import { fetchContent } from './fetch-content.ts'

/** Reads the bundle with this id (64 hex digits) from gateways that nobody trusts. */
export async function fetchBundle(
  content: string,
  options: ReadOptions,
): Promise<Result<{ readonly bytes: Uint8Array }, string>> {
  const read = await fetchContent(content, MAX_BUNDLE_BYTES, options)
  return read.ok || read.reject !== 'not-a-file' ? read : rejection('not-a-bundle', read.detail)
}
