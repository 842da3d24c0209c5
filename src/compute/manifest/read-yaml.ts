import { isCollection, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type Result, rejection, utf8 } from '../../lib/index.ts'

/** Why bytes are no YAML of a kind. */
export type YamlReject = 'oversize' | 'not-utf8' | 'bad-yaml' | 'bad-content'

/** Faults that are told of at once. */
const MAX_TOLD = 10
/** Characters of each. */
const MAX_MESSAGE = 300

/**
 * Reads YAML 1.2 and checks all of it; the detail names line and column of each fault. Aliases are refused: a few of them can
 * stand for gigabytes.
 *
 * @param what what such a file is called
 */
export function readYaml<Content>(
  bytes: Uint8Array,
  { schema, limit, what }: { readonly schema: z.ZodType<Content>; readonly limit: number; readonly what: string },
): Result<{ readonly content: Content }, YamlReject> {
  if (bytes.length > limit) return rejection('oversize', `${bytes.length} bytes; a ${what} has at most ${limit}`)
  const text = utf8(bytes)
  if (text === null) return rejection('not-utf8', 'it is no UTF-8')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `line ${line}, column ${col}`
  }
  const [fault] = document.errors
  if (fault !== undefined) return rejection('bad-yaml', `${at(fault.pos[0])}: ${fault.message}`)
  const badKey = keyFault(document.contents)
  if (badKey !== null) return rejection('bad-yaml', `${at(badKey.offset)}: ${badKey.message}`)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch (error) {
    return rejection('bad-yaml', (error as Error).message)
  }
  const read = schema.safeParse(value)
  if (read.success) return { ok: true, content: read.data }
  const told = read.error.issues.slice(0, MAX_TOLD).map(({ path, message: all }) => {
    const message = all.slice(0, MAX_MESSAGE)
    // What is missing has no place of its own: that of the nearest that holds it.
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true)
      if (isNode(node) && node.range) return `${at(node.range[0])}: ${path.join('.') || what}: ${message}`
    }
    return `${path.join('.') || what}: ${message}`
  })
  return rejection('bad-content', told.join('\n'))
}

/**
 * A key that is twice in a map, or is no plain value. The library's own check compares each key with every other, and it writes out
 * keys that are maps once for each map around them: either way a few kilobytes take minutes.
 */
function keyFault(root: unknown): { readonly offset: number; readonly message: string } | null {
  const left: unknown[] = [root]
  while (left.length > 0) {
    const node = left.pop()
    if (!isCollection(node)) continue
    const keys = new Set<string>()
    for (const item of node.items) {
      if (!isPair(item)) {
        left.push(item)
        continue
      }
      const { key, value } = item
      const offset = (isNode(key) ? key.range : node.range)?.[0] ?? 0
      if (!isScalar(key)) return { offset, message: 'a key is a plain value' }
      const name = String(key.value ?? '')
      if (keys.has(name)) return { offset, message: 'Map keys must be unique' }
      keys.add(name)
      left.push(value)
    }
  }
  return null
}
