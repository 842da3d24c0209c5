import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { errorCode } from '../../lib/index.ts'
import { packageRoot } from '../../lib/io/index.ts'
import { computeError } from '../errors.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { MANIFEST_FILE } from './open-program.ts'

/** The standard graph that a new one begins as. */
const TEMPLATE = 'chain-stats'

/**
 * Makes a folder with a graph that works, which is called as the folder is. Throws E_MANIFEST for a name that none may have,
 * and where the folder is there already.
 */
export async function initGraph(folder: string): Promise<void> {
  const name = basename(resolve(folder))
  const from = join(packageRoot(), 'graphs', TEMPLATE)
  const original = await readFile(join(from, MANIFEST_FILE), 'utf8')
  const manifest = original.replace(`name: ${TEMPLATE}`, `name: ${name}`)
  const read = readManifest(new TextEncoder().encode(manifest))
  if (!read.ok) throw computeError('E_MANIFEST', `no graph can be called ${JSON.stringify(name)}: ${read.detail}`)
  await mkdir(folder).catch((cause) => {
    const why = errorCode(cause) === 'EEXIST' ? 'it is there already' : (cause as Error).message
    throw computeError('E_MANIFEST', `cannot make the folder ${folder}: ${why}`, { cause })
  })
  try {
    await cp(from, folder, { recursive: true })
    await writeFile(join(folder, MANIFEST_FILE), manifest)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
