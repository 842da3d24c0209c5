import { type Result, rejection } from '../../src/lib/index.ts'
import { knownType } from '../manifest/media-type.ts'

/** A media type with parameters (RFC 6838, 4.2), and no longer than what a manifest may say. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}(?:; ?[a-z0-9-]+=[a-z0-9-]+)?$/i

/** The type that a query asks for by ERC-7087, the last one of several; nothing else may stand in a query. */
export function askedType(query: string): Result<{ readonly type: string | null }, 'bad-query'> {
  let type: string | null = null
  for (const attribute of query === '' ? [] : query.split('&')) {
    const [, kind, value = ''] = /^mime\.(content|type)=(.*)$/.exec(attribute) ?? []
    const found = kind === 'content' ? contentType(value) : kind === 'type' ? knownType(value) : null
    if (found === null) return rejection('bad-query', `${attribute.slice(0, 100)} is nothing to be asked here`)
    type = found
  }
  return { ok: true, type }
}

function contentType(value: string): string | null {
  try {
    const type = decodeURIComponent(value)
    return MEDIA_TYPE.test(type) ? type : null
  } catch {
    return null
  }
}
