import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { findCliWork } from './check-cli.ts'
import { findCycles } from './import-cycles.ts'
import { entries, faces, guarded, type Part, parts, runsInBrowser } from './parts.ts'
import { importedPath, readSources, type SourceFile } from './source-files.ts'

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
    const target = importedPath(file.path, specifier)
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
      const target = importedPath(path, specifier)
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

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const files = readSources(root, ['src', 'storage'])
  const all = [...files, ...readSources(root, ['bench', 'bitcoin-regtest', 'scripts', 'test'])]
  const breaches = [...findBreaches(files), ...findCycles(all), ...findCliWork(files)]
  for (const breach of breaches) console.error(breach)
  console.log(`imports: ${all.length} files, ${breaches.length} breaches`)
  process.exitCode = breaches.length > 0 ? 1 : 0
}
