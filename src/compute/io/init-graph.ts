import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { errorCode } from '../../lib/index.ts'
import { packageRoot } from '../../lib/io/index.ts'
import { computeError } from '../errors.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { MANIFEST_FILE } from './open-program.ts'

/** The standard graphs that a new one may begin as. */
export const TEMPLATES = {
  stream: 'chain-stats',
  index: 'records',
  automation: 'difficulty-falls',
  ml: 'digits',
  circuit: 'airdrop',
  payments: 'payments',
} as const

export type Template = keyof typeof TEMPLATES

/** How a model was trained is no part of a graph. */
const LEFT_OUT = 'train'

/**
 * Makes a folder with a graph that works, which is called as the folder is. Throws E_MANIFEST for a name that none may have,
 * and where the folder is there already.
 */
export async function initGraph(folder: string, template: Template): Promise<void> {
  const name = basename(resolve(folder))
  const standard = TEMPLATES[template]
  const from = join(packageRoot(), 'graphs', standard)
  const original = await readFile(join(from, MANIFEST_FILE), 'utf8')
  const manifest = original.replace(`name: ${standard}`, () => `name: ${JSON.stringify(name)}`)
  const read = readManifest(new TextEncoder().encode(manifest))
  if (!read.ok) throw computeError('E_MANIFEST', `no graph can be called ${JSON.stringify(name)}: ${read.detail}`)
  await mkdir(folder).catch((cause) => {
    const why = errorCode(cause) === 'EEXIST' ? 'it is there already' : (cause as Error).message
    throw computeError('E_MANIFEST', `cannot make the folder ${folder}: ${why}`, { cause })
  })
  try {
    await cp(from, folder, { recursive: true, filter: (path) => basename(path) !== LEFT_OUT })
    await writeFile(join(folder, MANIFEST_FILE), manifest)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
