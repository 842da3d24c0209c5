import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** What the checks look at in a TypeScript file. */
export interface SourceFile {
  /** Relative to the repository. */
  readonly path: string
  readonly imports: readonly Import[]
  /** Its text without comments, and without what stands in strings. */
  readonly code: string
}

export interface Import {
  /** As written: a relative path, or a package. */
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

export function sourceFile(path: string, text: string): SourceFile {
  return { path, imports: readImports(text), code: text.replace(noise, (_match, string) => (string ? "''" : ' ')) }
}

/** The file that a relative import names, relative to the repository; undefined for a package. */
export function importedPath(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}

/** All TypeScript below these folders of the repository, declarations aside. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .filter((folder) => existsSync(posix.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(posix.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
        .map((name) => posix.join(folder, name)),
    )
    .map((path) => sourceFile(path, readFileSync(posix.join(root, path), 'utf8')))
}
