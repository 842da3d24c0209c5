import { ringsOf } from './rings.ts'
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
  return ringsOf(imports).map((ring) => `import cycle: ${[...ring, ring[0]].join(' → ')}`)
}
