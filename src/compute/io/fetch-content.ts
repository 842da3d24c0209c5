import { chainNumber, formatUri, type ReadOptions, readBlob, whyUnreadable } from '../../../storage/index.ts'
import { concatBytes, type Result, rejection } from '../../lib/index.ts'

/**
 * Reads the file that is the content with this id (64 hex digits) from gateways that nobody trusts: every byte is verified against
 * the id. More than `most` bytes are not read.
 */
export async function fetchContent(
  content: string,
  most: number,
  options: ReadOptions,
): Promise<Result<{ readonly bytes: Uint8Array }, string>> {
  const chain = chainNumber(options.params)
  if (chain === null) return rejection('no-chain', `URIs cannot name the network ${options.params.name}`)
  const uri = formatUri({ target: { kind: 'blob', id: content }, chain, path: '', folder: true, type: null })
  const read = await readBlob(uri, options)
  if (!read.ok) return read
  const found = read.found.content
  if (found.kind !== 'file') return rejection('not-a-file', 'a folder is stored in its place')
  if (found.size > most) return rejection('oversize', `${found.size} bytes; at most ${most} are read`)
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of found.read(0, found.size, options.signal)) pieces.push(piece)
  } catch (error) {
    const why = whyUnreadable(error)
    if (why === null) throw error
    return why
  }
  return { ok: true, bytes: concatBytes(...pieces) }
}
