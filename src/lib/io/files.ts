import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, WscError } from '../errors.ts'

/** The few file operations that durable state needs; a test lets each of them fail in turn. */
export interface Files {
  makeDir(path: string): Promise<void>
  list(path: string): Promise<string[]>
  /** All of a regular file; longer than `limit` or no such file is E_IO, what the system refuses is thrown as it is. */
  read(path: string, limit: number): Promise<Uint8Array>
  /** Creates a file that is not there yet, writes all, and waits until the data are on the disk. */
  writeSynced(path: string, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Makes a rename in this directory durable. */
  syncDir(path: string): Promise<void>
}

export const diskFiles: Files = {
  async makeDir(path) {
    await mkdir(path, { recursive: true })
  },
  list: (path) => readdir(path),
  async read(path, limit) {
    const bytes = await readRegular(path, limit)
    if (bytes.length <= limit) return bytes
    throw new WscError('E_IO', `${path} is longer than ${limit} bytes`)
  },
  async writeSynced(path, bytes) {
    await using file = await open(path, 'wx')
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

/**
 * At most `limit` + 1 bytes of a regular file: enough to see that it is too long without reading all of it. Anything
 * else is refused: a pipe without a writer would never answer, a device never end.
 */
export async function readRegular(path: string | URL, limit: number): Promise<Uint8Array> {
  await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const stats = await file.stat()
  if (!stats.isFile()) throw new WscError('E_IO', `${String(path)} is no regular file`)
  let buffer = new Uint8Array(Math.min(stats.size, limit) + 1)
  let length = 0
  for (;;) {
    if (length === buffer.length) {
      if (length > limit) return buffer
      // It grew meanwhile, or its size is not known beforehand.
      const larger = new Uint8Array(Math.min(2 * length, limit) + 1)
      larger.set(buffer)
      buffer = larger
    }
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null)
    if (bytesRead === 0) return buffer.slice(0, length)
    length += bytesRead
  }
}

/**
 * Ending of files that a crash may leave half-written. The prover removes those of its data directory when it opens it;
 * one beside a proof that was to be written elsewhere stays.
 */
export const PARTIAL = '.partial'

/** Replaces a file in one step: readers see the old bytes or the new ones, and after a crash too. */
export async function writeAtomic(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await replaceFile(files, path, bytes)
    await files.syncDir(dirname(path))
  } catch (cause) {
    throw ioError(cause, path)
  }
}

/** Does what replacing a file begins with, and undoes it: what stands in the way shows before the work is done. */
export async function probeReplacing(files: Files, path: string): Promise<void> {
  const partial = partialOf(path)
  await files.writeSynced(partial, new Uint8Array())
  await files.remove(partial)
}

/** A name of its own: of two writers neither truncates the other's, and nobody can have put a link there. */
function partialOf(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL}`
}

/** Replaces a file in one step; after a crash the old one may be there again. */
export async function replaceFile(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const partial = partialOf(path)
  try {
    await files.writeSynced(partial, bytes)
    await files.rename(partial, path)
  } catch (cause) {
    await files.remove(partial).catch(() => undefined)
    throw cause
  }
}

/** What a failed file operation is for the caller: E_DISK_FULL, else E_IO; what already is an error of ours stays. */
export function ioError(cause: unknown, path: string, doing: 'read' | 'write' = 'write'): WscError {
  if (cause instanceof WscError) return cause
  const code = errorCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const cure = { act: 'make-room', subject: path }
    return new WscError('E_DISK_FULL', `no space left to write ${path}; what was saved before is intact`, {
      cause,
      cure,
    })
  }
  return new WscError('E_IO', `cannot ${doing} ${path}: ${code ?? String(cause)}`, { cause })
}
