import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
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

/** Ages after which nobody works on something half-made any more. */
const STALE_MS = 24 * 60 * 60 * 1000

/** Removes what killed processes left half-made in a directory of the cache: keys are hundreds of megabytes. */
export async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('.tmp-') && !name.endsWith('.tmp')) continue
    const path = join(directory, name)
    const made = await stat(path).catch(() => null)
    if (made !== null && Date.now() - made.mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true })
  }
}

/**
 * Makes the directory `target` with what `fill` puts into it, whole or not at all: filled beside it and renamed. Does
 * nothing if it is there; of two processes that fill it at once, one wins and both may use it.
 */
export async function fillDirectory(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  if (await exists(target)) return
  const scratch = join(dirname(target), `.tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
  await mkdir(scratch, { recursive: true })
  await sweep(dirname(target))
  try {
    await fill(scratch)
    await rename(scratch, target).catch(async (error: NodeJS.ErrnoException) => {
      if ((error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') || !(await exists(target))) throw error
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
