import { type Result, rejection } from '../../lib/index.ts'

/** Why paths are not those of a bundle. */
export type PathReject = 'bad-path' | 'unsorted' | 'no-manifest'

export const MAX_PATH_BYTES = 255

/** The manifest's place, which every bundle has. */
export const MANIFEST_PATH = 'graph/graph.yaml'

/**
 * Folder and file names that every file system takes, and none that is hidden or leads elsewhere; `@` begins the name of a
 * package's scope.
 */
const PATH = /^(graph|packages|setup)(\/[A-Za-z0-9_@-][A-Za-z0-9._@+-]*)+$/

/** Paths of a bundle, in their order: each once, also where a disk does not tell cases apart, and none within a file. */
export function checkPaths(paths: readonly string[]): Result<object, PathReject> {
  const seen = new Set<string>()
  const folders = new Set<string>()
  let before = ''
  for (const path of paths) {
    if (!PATH.test(path)) return rejection('bad-path', `${JSON.stringify(path)} is no path within a bundle`)
    if (path <= before) return rejection('unsorted', `${path} stands after ${before}`)
    before = path
    const plain = path.toLowerCase()
    if (seen.has(plain)) return rejection('bad-path', `${path} differs from another path by case alone`)
    seen.add(plain)
    for (let at = plain.lastIndexOf('/'); at > 0; at = plain.lastIndexOf('/', at - 1)) folders.add(plain.slice(0, at))
  }
  const both = [...seen].find((path) => folders.has(path))
  if (both !== undefined) return rejection('bad-path', `${both} is a file and a folder`)
  return seen.has(MANIFEST_PATH) ? { ok: true } : rejection('no-manifest', `there is no ${MANIFEST_PATH}`)
}
