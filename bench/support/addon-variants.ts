import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type * as FoldingAddon from '../../folding/index.d.ts'

export type Addon = typeof FoldingAddon

const crate = fileURLToPath(new URL('../../folding', import.meta.url))

/** The addon that the project uses. */
export const MERCURY = join(crate, 'wsc-folding.node')

/** Builds the addon with the feature `hyperkzg`, in a target directory of its own; the library's path. */
export async function buildHyperKzg(): Promise<string> {
  const target = join(crate, 'target', 'hyperkzg')
  const args = ['build', '--release', '--locked', '--lib', '--features', 'addon,hyperkzg', '--target-dir', target]
  await promisify(execFile)('cargo', args, { cwd: crate, maxBuffer: 1 << 26 })
  const library = ['libwsc_folding.so', 'libwsc_folding.dylib']
    .map((name) => join(target, 'release', name))
    .find(existsSync)
  if (library === undefined) throw new Error('cargo built no shared library')
  return library
}

export function loadAddonFile(path: string): Addon {
  return createRequire(import.meta.url)(path) as Addon
}
