import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder of this package, in a clone as in an installed copy: sources and built files lie at different depths below
 * it, and both find circuits, addon and version from here.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder)
    if (above === folder) throw new Error('no package.json above the sources: the package is damaged')
    folder = above
  }
  return folder
}
