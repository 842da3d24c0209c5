import { type EntityTag, readEntityTag, readEntityTags, sameStrongly, sameWeakly } from './entity-tags.ts'

/** The headers of a request that make it conditional, as Node gives them: several of one name joined by commas. */
export interface ConditionalHeaders {
  readonly 'if-match'?: string | undefined
  readonly 'if-none-match'?: string | undefined
  readonly 'if-range'?: string | undefined
}

/**
 * What becomes of a GET or HEAD of something that is there, in the order of RFC 9110, 13.2.2. `etag` is its tag with the
 * quotes, null where it has none. Nothing here has a date of its last change, so the conditions on one are passed over, as
 * 13.1.3 and 13.1.4 want it.
 */
export function precondition(headers: ConditionalHeaders, etag: string | null): 'send' | 'not-modified' | 'failed' {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  const own = etag === null ? null : readEntityTag(etag)
  const has = (value: string, same: (a: EntityTag, b: EntityTag) => boolean) => {
    const tags = readEntityTags(value)
    return tags === '*' || tags?.some((tag) => own !== null && same(tag, own)) === true
  }
  if (match !== undefined && !has(match, sameStrongly)) return 'failed'
  if (noneMatch !== undefined && has(noneMatch, sameWeakly)) return 'not-modified'
  return 'send'
}

/** Whether a range may be answered (RFC 9110, 13.1.5): where it is bound to a tag, only of that very thing. */
export function rangeApplies(headers: ConditionalHeaders, etag: string | null): boolean {
  const bound = headers['if-range']
  if (bound === undefined) return true
  const tag = readEntityTag(bound.trim())
  const own = etag === null ? null : readEntityTag(etag)
  return tag !== null && own !== null && sameStrongly(tag, own)
}
