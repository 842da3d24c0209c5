import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entries, faces, guarded, type Part, parts, runsInBrowser } from './parts.ts'

/** A file's imports: repository-relative paths for relative specifiers, the specifier itself for packages. */
export interface SourceFile {
  readonly path: string
  readonly imports: readonly Import[]
}

export interface Import {
  readonly specifier: string
  /** `import type` vanishes at run time: it obeys the direction, but brings no built-in along. */
  readonly typeOnly: boolean
}

// Comments and template literals go first, so that examples in them are no imports; strings are kept.
const noise = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|`(?:\\.|[^`\\])*`|('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")/g
const imported =
  /\b(?:import|export)\s+(type\b)?[\w\s{},*$]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g

/** Reads the import specifiers out of a module's text. */
export function readImports(text: string): Import[] {
  const code = text.replace(noise, (_match, string: string | undefined) => string ?? ' ')
  return [...code.matchAll(imported)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }))
}

/** Every breach of the rules in `parts.ts`, one line each. */
export function findBreaches(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return files.flatMap((file) => [...directionBreaches(file), ...purityBreaches(file, byPath)])
}

function directionBreaches(file: SourceFile): string[] {
  const from = partOf(file.path)
  if (!from && !entries.includes(file.path)) {
    return file.path.startsWith('src/') ? [`${file.path}: belongs to no part (scripts/parts.ts)`] : []
  }
  return file.imports.flatMap(({ specifier }) => {
    const target = resolve(file.path, specifier)
    if (!target) return []
    const to = partOf(target)
    if (to === from && to) return []
    if (!to)
      return mayImportOutside(file.path, from, target) ? [] : [`${file.path}: imports ${target}, which is no part`]
    const found: string[] = []
    if (from && to.rank >= from.rank) found.push(`${file.path}: ${from.name} must not import ${to.name}`)
    if (!faces.includes(target.slice(to.folder.length))) {
      found.push(`${file.path}: imports ${target}, only its public face (${faces.join(', ')}) may be`)
    }
    return found
  })
}

function mayImportOutside(path: string, from: Part | undefined, target: string): boolean {
  if (target.endsWith('.json') || entries.includes(path)) return true
  return Object.entries(guarded).some(([folder, part]) => target.startsWith(folder) && from?.name === part)
}

function purityBreaches(file: SourceFile, byPath: ReadonlyMap<string, SourceFile>): string[] {
  if (!runsInBrowser(file.path)) return []
  const seen = new Set<string>()
  const visit = (path: string): string[] => {
    if (seen.has(path)) return []
    seen.add(path)
    return (byPath.get(path)?.imports ?? []).flatMap(({ specifier, typeOnly }) => {
      if (typeOnly) return []
      if (isBuiltin(specifier)) {
        return [`${file.path}: must run in a browser, but ${path === file.path ? 'it' : path} imports ${specifier}`]
      }
      const target = resolve(path, specifier)
      return target ? visit(target) : []
    })
  }
  return visit(file.path)
}

function partOf(path: string): Part | undefined {
  return parts.find((part) => path.startsWith(part.folder))
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

function resolve(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}

/** All TypeScript sources of the parts below the repository's root. */
export function readSources(root: string): SourceFile[] {
  return ['src', 'storage'].flatMap((folder) => {
    const names = readdirSync(root).includes(folder)
      ? readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
      : []
    return names
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => posix.join(folder, name))
      .map((path) => ({ path, imports: readImports(readFileSync(`${root}/${path}`, 'utf8')) }))
  })
}

if (import.meta.main) {
  const files = readSources(fileURLToPath(new URL('..', import.meta.url)))
  const breaches = findBreaches(files)
  for (const breach of breaches) console.error(breach)
  console.log(`imports: ${files.length} files, ${breaches.length} breaches`)
  process.exitCode = breaches.length > 0 ? 1 : 0
}
