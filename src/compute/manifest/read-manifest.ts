import { isNode, LineCounter, parseDocument } from 'yaml'
import { type Result, rejection, utf8 } from '../../lib/index.ts'
import { MAX_MANIFEST_BYTES, type Manifest, manifestSchema } from './manifest.ts'

/** Why bytes are no manifest; the detail names line and column of each fault. */
export type ManifestReject = 'oversize' | 'not-utf8' | 'bad-yaml' | 'bad-manifest'

/** Faults that are told of at once. */
const MAX_TOLD = 10

/** Reads YAML 1.2 and checks all of it. Aliases are refused: a few of them can stand for gigabytes. */
export function readManifest(bytes: Uint8Array): Result<{ readonly manifest: Manifest }, ManifestReject> {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    return rejection('oversize', `${bytes.length} bytes; a manifest has at most ${MAX_MANIFEST_BYTES}`)
  }
  const text = utf8(bytes)
  if (text === null) return rejection('not-utf8', 'it is no UTF-8')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `line ${line}, column ${col}`
  }
  const [fault] = document.errors
  if (fault !== undefined) return rejection('bad-yaml', `${at(fault.pos[0])}: ${fault.message}`)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch (error) {
    return rejection('bad-yaml', (error as Error).message)
  }
  const read = manifestSchema.safeParse(value)
  if (read.success) return { ok: true, manifest: read.data }
  const told = read.error.issues.slice(0, MAX_TOLD).map(({ path, message }) => {
    // What is missing has no place of its own: that of the nearest that holds it.
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true)
      if (isNode(node) && node.range) return `${at(node.range[0])}: ${path.join('.') || 'manifest'}: ${message}`
    }
    return `${path.join('.') || 'manifest'}: ${message}`
  })
  return rejection('bad-manifest', told.join('\n'))
}
