/** An entity tag of RFC 9110, 8.8.3: what stands between its quotes, and whether `W/` stands before them. */
export interface EntityTag {
  readonly weak: boolean
  readonly opaque: string
}

/** One tag with its quotes as a header has it; null where it is none. */
export function readEntityTag(text: string): EntityTag | null {
  const match = tagAt(text, 0)
  return match === null || match[0].length !== text.length ? null : tagOf(match)
}

/**
 * The value of If-None-Match or If-Match (RFC 9110, 13.1): `*`, or a list of tags, in which elements may be empty
 * (5.6.1). Null where it is neither: nothing of a malformed value is believed.
 */
export function readEntityTags(value: string): '*' | readonly EntityTag[] | null {
  if (/^[ \t]*\*[ \t]*$/.test(value)) return '*'
  const tags: EntityTag[] = []
  let at = skipBlank(value, 0)
  while (at < value.length) {
    if (value[at] !== ',') {
      const match = tagAt(value, at)
      if (match === null) return null
      tags.push(tagOf(match))
      at = skipBlank(value, at + match[0].length)
      if (at < value.length && value[at] !== ',') return null
    }
    at = skipBlank(value, at + 1)
  }
  return tags
}

/** RFC 9110, 8.8.3.2: weak tags are the same as nothing, not even as themselves. */
export function sameStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque
}

export function sameWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque
}

function tagAt(text: string, at: number): RegExpExecArray | null {
  const tag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/y
  tag.lastIndex = at
  return tag.exec(text)
}

const tagOf = (match: RegExpExecArray): EntityTag => ({ weak: match[1] !== undefined, opaque: match[2] as string })

function skipBlank(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}
