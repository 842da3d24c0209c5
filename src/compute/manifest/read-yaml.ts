import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml'
import { z } from 'zod'
import { type Result, rejection, utf8 } from '../../lib/index.ts'
import { nearest } from './nearest.ts'

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
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  })
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
  const fields = fieldsOf(schema)
  const told = read.error.issues.flatMap((issue) => faultsOf(issue, fields)).slice(0, MAX_TOLD)
  const lined = told.map(({ path, key, message: all }) => {
    const message = all.slice(0, MAX_MESSAGE)
    const where = [...path, ...(key === undefined ? [] : [key])].join('.').slice(0, MAX_MESSAGE) || what
    const node = key === undefined ? nodeAt(document, path) : keyOf(document, path, key)
    return node?.range ? `${at(node.range[0])}: ${where}: ${message}` : `${where}: ${message}`
  })
  return rejection('bad-content', lined.join('\n'))
}

interface Fault {
  readonly path: readonly PropertyKey[]
  /** Of a field that there is none of. */
  readonly key?: string
  readonly message: string
}

/** What is wrong, in words for who wrote the file. */
function faultsOf(issue: z.core.$ZodIssue, fields: ReadonlySet<string>): Fault[] {
  const { path, message } = issue
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_TOLD).map((key) => {
      const meant = nearest(key, fields)
      return { path, key, message: `there is no such field here${meant === null ? '' : `; did you mean ${meant}?`}` }
    })
  }
  if (message.endsWith('received undefined')) return [{ path, message: 'is missing' }]
  return [{ path, message }]
}

/** The names of all fields that such a file may have somewhere. */
function fieldsOf(schema: z.ZodType): Set<string> {
  const names = new Set<string>()
  const left: unknown[] = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })]
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one !== 'object' || one === null) continue
    const { properties } = one as { readonly properties?: object }
    for (const name of Object.keys(properties ?? {})) names.add(name)
    left.push(...Object.values(one))
  }
  return names
}

/** What is missing has no place of its own: that of the nearest that holds it. */
function nodeAt(document: Document, path: readonly PropertyKey[]): Node | null {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return node
  }
  return null
}

function keyOf(document: Document, path: readonly PropertyKey[], name: string): Node | null {
  const map = document.getIn(path, true)
  const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined
  return isNode(pair?.key) ? pair.key : nodeAt(document, path)
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
      // What a tag makes of a scalar, as bytes, is written out too, with a warning on the terminal.
      if (!isScalar(key) || (typeof key.value === 'object' && key.value !== null))
        return { offset, message: 'a key is a plain value' }
      const name = String(key.value ?? '')
      if (keys.has(name)) return { offset, message: 'Map keys must be unique' }
      keys.add(name)
      left.push(value)
    }
  }
  return null
}
