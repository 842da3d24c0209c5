import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { computeError } from '../errors.ts'
import { isGraphFolder, MANIFEST_FILE } from './open-program.ts'

/** The folders of graphs among those given, and those directly in them, by name. Throws E_MANIFEST for one with none. */
export async function graphFolders(folders: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const folder of folders) {
    const within = isGraphFolder(folder) ? [folder] : await graphsIn(folder)
    if (within.length === 0)
      throw computeError('E_MANIFEST', `${folder} holds no ${MANIFEST_FILE}, nor does a folder in it`)
    found.push(...within)
  }
  return found
}

async function graphsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw computeError('E_MANIFEST', `${folder} cannot be read: ${(cause as Error).message}`, { cause })
  })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
  return folders.filter(isGraphFolder).sort()
}
