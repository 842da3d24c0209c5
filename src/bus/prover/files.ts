import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BusError } from '../errors.ts'

/** The few file operations that durable state needs; a test lets each of them fail in turn. */
export interface Files {
  makeDir(path: string): Promise<void>
  list(path: string): Promise<string[]>
  read(path: string): Promise<Uint8Array>
  /** Creates or truncates, writes all, and waits until the data are on the disk. */
  writeSynced(path: string, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Makes a rename in this directory durable. */
  syncDir(path: string): Promise<void>
}

export const nodeFiles: Files = {
  async makeDir(path) {
    await mkdir(path, { recursive: true })
  },
  list: (path) => readdir(path),
  read: (path) => readFile(path),
  async writeSynced(path, bytes) {
    await using file = await open(path, 'w')
    await file.writeFile(bytes)
    await file.sync()
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  async syncDir(path) {
    await using dir = await open(path, 'r')
    await dir.sync()
  },
}

/** Ending of files that a crash may leave half-written; whoever opens the directory removes them. */
export const PARTIAL = '.partial'

/** Replaces a file in one step: readers see the old bytes or the new ones, and after a crash too. */
export async function writeAtomic(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}${PARTIAL}`
  try {
    await files.writeSynced(partial, bytes)
    await files.rename(partial, path)
    await files.syncDir(dirname(path))
  } catch (cause) {
    await files.remove(partial).catch(() => undefined)
    throw ioError(cause, path)
  }
}

export function ioError(cause: unknown, path: string): BusError {
  if (cause instanceof BusError) return cause
  const code = (cause as NodeJS.ErrnoException)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new BusError('E_DISK_FULL', `no space left to write ${path}; what was saved before is intact`, { cause })
  }
  return new BusError('E_IO', `cannot write ${path}: ${code ?? String(cause)}`, { cause })
}
