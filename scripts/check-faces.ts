import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCliTexts } from './check-texts.ts'
import { entries, faces, type Part, parts } from './parts.ts'
import { readTexts, type TextFile } from './text-files.ts'

/** Names that a file takes from another: imported, or exported again. */
interface Taken {
  /** Relative to the repository. */
  readonly from: string
  /** Null: all of them (`* as`, `export *`, a dynamic import). */
  readonly names: readonly string[] | null
}

const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
const NAMED = /\b(?:import|export)\s+(?:type\s+)?(?:\{([^}]*)\}|\*(?:\s+as\s+\w+)?)\s*from\s*'([^']+)'/g
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g

function takenBy({ path, text }: TextFile): Taken[] {
  const code = text.replace(COMMENTS, ' ')
  const resolve = (specifier: string) => posix.join(posix.dirname(path), specifier)
  return [
    ...[...code.matchAll(NAMED)].map(([, names, specifier]) => ({
      from: resolve(specifier as string),
      names: names === undefined ? null : namesOf(names),
    })),
    ...[...code.matchAll(DYNAMIC)].map(([, specifier]) => ({ from: resolve(specifier as string), names: null })),
  ]
}

/** Of `{ a, type b, c as d }` the names on the other side: a, b, c. */
function namesOf(list: string): string[] {
  return list.split(',').flatMap((item) => /^(?:type\s+)?(\w+)/.exec(item.trim())?.[1] ?? [])
}

/** What a face exports: it only names what lies in its part's files. */
function exportedBy({ path, text }: TextFile): string[] {
  return takenBy({ path, text }).flatMap(({ names }) => names ?? [])
}

/** Tests and benchmarks look inside of a part: they take from its files what its face has for nobody else. */
const INSIDERS = /^(?:test|bench)\//

/**
 * Each name that a part's face exports though nobody outside of the part imports it: no other part, no entry of the
 * package, no script. A face is what others need, and nothing to be on the safe side.
 */
export function findUnused(files: readonly TextFile[]): string[] {
  const taken = files
    .filter(({ path }) => !INSIDERS.test(path))
    .map((file) => ({ path: file.path, taken: takenBy(file) }))
  return parts.flatMap((part) =>
    faces.flatMap((name) => {
      const path = `${part.folder}${name}`
      const face = files.find((file) => file.path === path)
      if (face === undefined) return []
      const outside = taken
        .filter((file) => !file.path.startsWith(part.folder) || isOwnOtherHalf(file.path, part, name))
        .flatMap((file) => file.taken.filter(({ from }) => from === path))
      if (outside.some(({ names }) => names === null)) return []
      const used = new Set(outside.flatMap(({ names }) => names ?? []))
      return exportedBy(face)
        .filter((exported) => !used.has(exported))
        .map((exported) => `${path}: exports ${exported}, which nobody outside of ${part.name} imports`)
    }),
  )
}

/** The pure face may serve the same part's half that needs Node. */
function isOwnOtherHalf(path: string, part: Part, face: string): boolean {
  return face === 'index.ts' && path.startsWith(`${part.folder}io/`)
}

interface Declaration {
  readonly name: string
  readonly path: string
  readonly documented: boolean
  /** What a caller sees of it: the members of an interface, the parameters of a function. */
  readonly seen: string
}

const DECLARED =
  /(\/\*\*(?:(?!\*\/)[\s\S])*?\*\/\s*)?^export (?:declare )?(?:abstract )?(interface|type|const|async function|function\*?|class) (\w+)/gm

function declarationsOf({ path, text }: TextFile): Declaration[] {
  return [...text.matchAll(DECLARED)].map((match) => {
    const from = match.index + (match[1]?.length ?? 0)
    const rest = text.slice(from)
    return {
      name: match[3] as string,
      path,
      documented: match[1] !== undefined,
      seen: seenOf(match[2] as string, rest),
    }
  })
}

/** To the end of the declaration, without a function's body, a class's bodies and private members, a value. */
function seenOf(kind: string, rest: string): string {
  const end = /^(?:\}|\)|\S.*\n(?=\n|$))/m
  const code = rest.replace(COMMENTS, ' ')
  if (kind.includes('function')) return code.slice(0, code.search(/\{\n/) + 1)
  if (kind === 'const') return code.slice(0, code.search(/=/))
  if (kind === 'class') {
    const body = code.slice(0, code.search(/^\}/m))
    return body
      .split('\n')
      .filter((line) => /^(?:\S| {2}(?!private |(?:static |async |readonly |get )*#)[\w*])/.test(line))
      .join('\n')
  }
  const at =
    kind === 'interface' ? code.search(/^\}/m) : code.search(/\n\n|\n(?=export|const|function|class|interface)/)
  return code.slice(0, at < 0 ? code.search(end) : at)
}

/**
 * What is wrong with the entries of the package: a name without a word of documentation, and a type that an exported
 * declaration speaks of but that whoever imports the entry cannot name.
 */
export function findEntryFaults(files: readonly TextFile[]): string[] {
  const sources = files.filter(({ path }) => /^(src|storage)\//.test(path))
  const byName = new Map<string, Declaration[]>()
  for (const declaration of sources.flatMap(declarationsOf)) {
    byName.set(declaration.name, [...(byName.get(declaration.name) ?? []), declaration])
  }
  const exported = new Map(entries.map((entry) => [entry, entryNames(entry, files)]))
  const everything = new Set([...exported.values()].flatMap((names) => [...names]))
  return [...exported].flatMap(([entry, names]) =>
    [...names].flatMap((name) => {
      const declarations = byName.get(name) ?? []
      const one =
        declarations.find(({ path }) => path === entry || isTakenFrom(path, name, entry, files)) ??
        declarations.find(({ path }) => isFaced(path, name, files))
      if (one === undefined) return []
      const found = one.documented ? [] : [`${entry}: exports ${name}, which ${one.path} does not document`]
      const mentioned = new Set([...one.seen.matchAll(/\b[A-Z]\w+\b/g)].map(([word]) => word))
      const unnamed = [...mentioned].filter((word) => word !== name && !everything.has(word) && isOurs(word, byName))
      return [...found, ...unnamed.map((word) => `${entry}: exports ${name}, which speaks of ${word}, but not that`)]
    }),
  )
}

/** Names an entry exports, those that it takes over from another entry left to that one. */
function entryNames(entry: string, files: readonly TextFile[]): Set<string> {
  const file = files.find(({ path }) => path === entry)
  if (file === undefined) return new Set()
  const code = file.text.replace(COMMENTS, ' ')
  const again = [...code.matchAll(/\bexport\s+(?:type\s+)?\{([^}]*)\}\s*from/g)].flatMap(([, names]) => {
    return (names ?? '').split(',').flatMap((item) => /(\w+)\s*$/.exec(item.trim())?.[1] ?? [])
  })
  return new Set([...again, ...declarationsOf(file).map(({ name }) => name)])
}

/** Whether a file takes the name from another one, not from its face. */
function isTakenFrom(path: string, name: string, by: string, files: readonly TextFile[]): boolean {
  const file = files.find((one) => one.path === by)
  return file !== undefined && takenBy(file).some(({ from, names }) => from === path && names?.includes(name))
}

/** Whether a face of its part exports the name from this very file: another file may declare the same name for itself. */
function isFaced(path: string, name: string, files: readonly TextFile[]): boolean {
  const part = parts.find(({ folder }) => path.startsWith(folder))
  if (part === undefined) return false
  return faces.some((face) => isTakenFrom(path, name, `${part.folder}${face}`, files))
}

function isOurs(word: string, byName: ReadonlyMap<string, readonly Declaration[]>): boolean {
  return byName.has(word)
}

if (import.meta.main) {
  const files = readTexts(fileURLToPath(new URL('..', import.meta.url)))
  const faults = [...findUnused(files), ...findEntryFaults(files), ...findCliTexts(files)]
  for (const fault of faults) console.error(fault)
  console.log(`faces: ${parts.length} parts, ${entries.length} entries, ${faults.length} faults`)
  process.exitCode = faults.length > 0 ? 1 : 0
}
