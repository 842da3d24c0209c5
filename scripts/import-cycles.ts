import { importedPath, type SourceFile } from './source-files.ts'

/**
 * Every ring of files that import each other, as one line that goes round it once; types count too: files that cannot be
 * understood one after the other are one file in two places. Most rings share files, so of each set of files that reach
 * each other one shortest ring is told.
 */
export function findCycles(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map(({ path }) => path))
  const imports = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.flatMap(({ specifier }) => importedPath(path, specifier) ?? []).filter((target) => known.has(target)),
    ]),
  )
  const inRings = new Set<string>()
  const found: string[] = []
  for (const path of [...known].sort()) {
    if (inRings.has(path)) continue
    const ring = shortestRing(path, imports)
    if (ring === null) continue
    for (const member of reachingEachOther(path, imports)) inRings.add(member)
    found.push(`import cycle: ${[...ring, path].join(' → ')}`)
  }
  return found
}

/** From a file back to itself, by breadth first; null where there is no way. */
function shortestRing(start: string, imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const before = new Map<string, string>()
  const queue = [start]
  for (const path of queue) {
    for (const target of imports.get(path) ?? []) {
      if (target === start) {
        const ring = [path]
        while (ring[0] !== start) ring.unshift(before.get(ring[0] as string) as string)
        return ring
      }
      if (before.has(target)) continue
      before.set(target, path)
      queue.push(target)
    }
  }
  return null
}

/** The files that import this one, directly or not, and are imported by it. */
function reachingEachOther(start: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const importers = new Map<string, string[]>()
  for (const [path, targets] of imports) {
    for (const target of targets) importers.set(target, [...(importers.get(target) ?? []), path])
  }
  const to = reached(start, importers)
  return new Set([...reached(start, imports)].filter((path) => to.has(path)))
}

function reached(start: string, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([start])
  for (const path of seen) for (const next of edges.get(path) ?? []) seen.add(next)
  return seen
}
