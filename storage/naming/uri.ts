import { parseInscriptionId } from '../../src/bitcoin/index.ts'
import { type Rejection, type Result, rejection, utf8 } from '../../src/lib/index.ts'
import { checkPath } from '../manifest/path.ts'
import { isName } from '../records/bodies.ts'
import { chainName } from './chains.ts'
import { askedType } from './media-query.ts'

/** What the authority of a URI names. All digits are lower-case hexadecimal. */
export type Target =
  | { readonly kind: 'blob'; readonly id: string }
  /** The record of a blob. */
  | { readonly kind: 'inscription'; readonly id: string }
  | { readonly kind: 'name'; readonly name: string; readonly author: string }

/** A URI in parts: everything is decoded, and there is one way to write it again (`formatUri`). */
export interface StorageUri {
  readonly target: Target
  /** As `chainNumber` has it. */
  readonly chain: number
  /** In a folder: names with `/` between them, empty for the whole. */
  readonly path: string
  /** Whether a slash stands behind it: a folder is meant. */
  readonly folder: boolean
  /** Media type that the URI wants for a blob without one; null where it says nothing. */
  readonly type: string | null
}

/** Why a text is no URI of something stored. */
export type UriReject =
  | 'too-long'
  /** Not ASCII, or with what no URI holds. */
  | 'bad-character'
  /** Another scheme than `web3` or `w3`, or no `//` behind it. */
  | 'bad-scheme'
  /** A contract's method: of the ERCs' modes only that of resources has a meaning here. */
  | 'unsupported-mode'
  | 'no-chain'
  /** A number of another chain. */
  | 'unknown-chain'
  /** Neither an inscription's id, nor a blob's, nor a name with its author. */
  | 'bad-target'
  /** A percent sign without two hexadecimal digits, or what is no UTF-8 decoded. */
  | 'bad-encoding'
  /** Empty names, `.` or `..`, slashes or control characters that were encoded, or a path that no manifest has. */
  | 'bad-path'
  | 'bad-query'

/** Characters of a URI. */
const MAX_URI = 2_048

const SCHEME = /^(?:web3|w3):\/\/(.*)$/i
const PARTS = /^([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/
const CHAIN = /^[1-9][0-9]{0,15}$/
const CONTRACT = /^0x[0-9a-f]{40}$/i
const BLOB = /^[0-9a-f]{64}$/
const NAMED = /^(.+)\.([0-9a-f]{64})$/
const METHOD_QUERY = /(?:^|&)(?:returns|returnTypes|mime\.dataurl)(?:=|&|$)/

const refuse = (reject: UriReject, detail: string): Rejection<UriReject> => rejection(reject, detail)

/**
 * Reads `web3://TARGET:CHAIN/PATH` strictly (docs/reading.md): the grammar of ERC-6860 with Bitcoin as the chain, in the
 * resource mode of ERC-5219. Percent signs are decoded once.
 *
 * @example
 * import { parseUri } from 'wsc-bitcoin'
 *
 * const parsed = parseUri(`web3://${'ab'.repeat(32)}:3669344250/a%20b/`)
 * console.log(parsed.ok && parsed.uri.path) // a b
 */
export function parseUri(text: string): Result<{ readonly uri: StorageUri }, UriReject> {
  if (text.length > MAX_URI) return refuse('too-long', `a URI has at most ${MAX_URI} characters`)
  if (!/^[\x21-\x7e]*$/.test(text) || /[\\"<>^`{|}]/.test(text)) {
    return refuse('bad-character', 'a URI is of visible ASCII; what else a path has is percent-encoded')
  }
  const rest = SCHEME.exec(text)?.[1]
  const parts = rest === undefined ? null : PARTS.exec(rest)
  if (parts === null) return refuse('bad-scheme', 'it does not begin with web3://')
  const [, authority = '', rawPath = '', query] = parts
  const colon = authority.lastIndexOf(':')
  const host = colon < 0 ? authority : authority.slice(0, colon)
  if (authority.includes('@')) return refuse('unsupported-mode', 'nobody calls: there is no user before @')
  if (CONTRACT.test(host)) return refuse('unsupported-mode', `${host} is a contract, and Bitcoin runs none`)
  if (query !== undefined && METHOD_QUERY.test(query)) {
    return refuse('unsupported-mode', 'what a method returns is asked for, and there are no methods')
  }
  if (colon < 0) return refuse('no-chain', 'the number of the chain stands behind what is named, with a colon')
  const digits = authority.slice(colon + 1)
  if (!CHAIN.test(digits) || chainName(Number(digits)) === null) {
    return refuse('unknown-chain', `${digits.slice(0, 40)} is no number of a network of Bitcoin`)
  }
  const target = readTarget(host)
  if (target === null) {
    return refuse('bad-target', `${host.slice(0, 140)} is neither a blob’s id, an inscription’s, nor NAME.AUTHOR`)
  }
  const path = readPath(rawPath)
  if (!path.ok) return path
  const type = query === undefined ? null : askedType(query)
  if (type !== null && !type.ok) return type
  const { ok: _, ...where } = path
  return { ok: true, uri: { target, chain: Number(digits), ...where, type: type?.type ?? null } }
}

function readTarget(host: string): Target | null {
  if (BLOB.test(host)) return { kind: 'blob', id: host }
  // Lower case alone: one thing has one name.
  if (host === host.toLowerCase() && parseInscriptionId(host) !== null) return { kind: 'inscription', id: host }
  const [, name = '', author = ''] = NAMED.exec(host) ?? []
  return isName(name) ? { kind: 'name', name, author } : null
}

type ReadPath = Result<Pick<StorageUri, 'path' | 'folder'>, UriReject>

/** Decodes once, name by name: what was an encoded slash stays within a name, and is refused there. */
function readPath(raw: string): ReadPath {
  const names: string[] = []
  const encoded = raw.split('/').slice(1)
  const folder = encoded.at(-1) === ''
  if (folder) encoded.pop()
  for (const one of encoded) {
    const name = decodeOnce(one)
    if (name === null) return refuse('bad-encoding', 'what is percent-encoded is no UTF-8')
    if (name.includes('/')) return refuse('bad-path', 'a name in a path has no slash, encoded or not')
    names.push(name)
  }
  const path = names.join('/')
  if (encoded.length === 0) return { ok: true, path, folder }
  const checked = checkPath(path)
  return checked.ok ? { ok: true, path, folder } : refuse('bad-path', `${checked.reject}: ${checked.detail}`)
}

/** Null where a percent sign stands for itself or bytes are no UTF-8. */
function decodeOnce(text: string): string | null {
  if (!text.includes('%')) return text
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const digits = text[at] === '%' ? text.slice(at + 1, at + 3) : null
    if (digits === null) bytes.push(text.charCodeAt(at))
    else if (!/^[0-9a-f]{2}$/i.test(digits)) return null
    else {
      bytes.push(Number.parseInt(digits, 16))
      at += 2
    }
  }
  return utf8(Uint8Array.from(bytes))
}

/** What stands before the colon of a URI. */
function formatTarget(target: Target): string {
  return target.kind === 'name' ? `${target.name}.${target.author}` : target.id
}

/**
 * The one way to write a URI: what is no letter, digit or one of `-._~` is encoded in a path.
 *
 * @example
 * import { formatUri } from 'wsc-bitcoin'
 *
 * const target = { kind: 'inscription', id: `${'ab'.repeat(32)}i0` }
 * const uri = formatUri({ target, chain: 3669344250, path: 'a b', folder: false, type: null })
 * console.log(uri.slice(-16)) // 3669344250/a%20b
 */
export function formatUri({ target, chain, path, folder, type }: StorageUri): string {
  const names = path === '' ? [] : path.split('/').map(encode)
  const written = [...names, ...(folder ? [''] : [])].map((name) => `/${name}`).join('')
  const query = type === null ? '' : `?mime.content=${encode(type)}`
  return `web3://${formatTarget(target)}:${chain}${written}${query}`
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
