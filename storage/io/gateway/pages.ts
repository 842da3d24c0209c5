import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Rejection } from '../../../src/lib/index.ts'
import { CHUNK_BYTES } from '../../blob/shape.ts'
import type { StorageUri } from '../../naming/uri.ts'
import { type OpenFile, type OpenFolder, whyUnreadable } from '../../reading/open-content.ts'
import type { ReadContent } from '../../reading/read-blob.ts'
import { refuse } from './refuse.ts'

/** What an id stands for never changes. */
export const FOR_EVER = 'public, max-age=31536000, immutable'
/** What a name means may change with each block, and be changed back by a reorg. */
export const SHORT = 'public, max-age=5, must-revalidate'

/** Without an origin, scripts, forms, plugins: what a page of one blob could do to another that is served beside it. */
const SANDBOX = "sandbox; default-src 'self' data:; script-src 'none'; object-src 'none'"

/** Names that a page lists of a folder; all of them are in its manifest. */
const LISTED = 10_000

/** Answers with a file, or the names in a folder. The first bytes are verified before anything is sent. */
export async function sendRead(
  request: FastifyRequest,
  reply: FastifyReply,
  uri: StorageUri,
  { id, asOf, content }: ReadContent,
  sandboxed: boolean,
): Promise<FastifyReply> {
  if (sandboxed) reply.header('content-security-policy', SANDBOX)
  reply.header('cross-origin-resource-policy', sandboxed ? 'cross-origin' : 'same-site')
  reply.header('referrer-policy', 'no-referrer')
  reply.header('cache-control', asOf === null ? FOR_EVER : SHORT)
  if (asOf !== null) reply.header('x-wsc-as-of', String(asOf))
  // Without a slash behind a folder's name, what its page names beside itself would be looked for above it.
  const { path, folder } = uri
  const meant = path === '' ? '' : `${path}/`
  if (!folder && (content.kind === 'folder' || (content.path !== path && content.path.startsWith(meant)))) {
    const last = request.url.replace(/\?.*$/s, '').split('/').at(-1) as string
    return reply.code(307).header('location', `./${last}/`).send()
  }
  if (content.kind === 'folder') return sendFolder(reply, id, content)
  const wrong = await verifyFirst(request, content)
  if (wrong !== null) return refuse(reply, wrong)
  const etag = etagOf(id, content.path)
  return reply.sendContent({ type: content.type, length: content.size, etag, read: content.read })
}

/** What cannot be had is told as an error, and not by breaking off: of a short file all of it. */
async function verifyFirst(request: FastifyRequest, content: OpenFile): Promise<Rejection | null> {
  if (request.method === 'HEAD' || content.size === 0) return null
  try {
    const end = content.size <= CHUNK_BYTES ? content.size : 1
    for await (const _ of content.read(0, end, request.leaving)) if (end === 1) break
    return null
  } catch (error) {
    const why = whyUnreadable(error)
    if (why === null) throw error
    return why
  }
}

function sendFolder(reply: FastifyReply, id: string, { path, names }: OpenFolder): FastifyReply {
  const rows = names.slice(0, LISTED).map((name) => `<li><a href="./${linkTo(name)}">${escaped(name)}</a></li>`)
  if (names.length > LISTED) rows.push(`<li>and ${names.length - LISTED} more</li>`)
  const title = escaped(`/${path}`)
  const page = `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><ul>${rows.join('')}</ul>\n`
  const etag = `folder-${etagOf(id, path)}`
  return reply.sendContent({ type: 'text/html;charset=utf-8', bytes: new TextEncoder().encode(page), etag })
}

/**
 * From what every byte was verified against: a blob's id, and the path in it. (The SHA-256 that a manifest names would be
 * its author's word, by which a browser kept what stood at a name before.)
 */
function etagOf(id: string, path: string): string {
  return `${id}-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => ESCAPES[one] as string)
}

/** A folder's slash stays one. */
function linkTo(name: string): string {
  return escaped(encodeURIComponent(name).replace(/%2F$/, '/'))
}
