import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

/** Where compiled circuits, keys and downloads live: `$XDG_CACHE_HOME/wsc`, by default `~/.cache/wsc`. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME
  // The XDG specification: a relative path is invalid and to be ignored.
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'wsc')
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/**
 * Makes the directory `target` with what `fill` puts into it, whole or not at all: filled beside it and renamed. Does
 * nothing if it is there; of two processes that fill it at once, one wins and both may use it.
 */
export async function fillDirectory(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  if (await exists(target)) return
  const scratch = join(dirname(target), `.tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
  await mkdir(scratch, { recursive: true })
  try {
    await fill(scratch)
    await rename(scratch, target).catch(async (error: NodeJS.ErrnoException) => {
      if ((error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') || !(await exists(target))) throw error
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
