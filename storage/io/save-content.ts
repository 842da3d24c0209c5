import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode, WscError } from '../../src/lib/index.ts'
import { ioError } from '../../src/lib/io/index.ts'
import type { OpenFile } from '../reading/open-content.ts'
import type { ReadContent } from '../reading/read-blob.ts'

export interface SaveOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes that are written so far. */
  onProgress?(bytes: number): void
}

/**
 * Writes what was read to a new file, or a folder's files into a new folder: nothing that is there is written over or
 * followed, and no link is made. Paths of a manifest stay within their folder (`checkPath`). Throws E_IO where something is
 * there already or cannot be written, E_UNREADABLE where bytes are not given; what is not whole is removed.
 */
export async function saveContent({ files }: ReadContent, out: string, options: SaveOptions = {}): Promise<number> {
  const written = { bytes: 0 }
  const [first, ...more] = files()
  const partial = `${out}.part`
  let begun = false
  try {
    await requireFree(out)
    await requireFree(partial)
    begun = true
    await mkdir(dirname(partial), { recursive: true })
    if (first?.below === '') await writeFile(first, partial, written, options)
    else {
      await mkdir(partial)
      for (const file of first === undefined ? [] : [first, ...more]) {
        const path = join(partial, file.below)
        await mkdir(dirname(path), { recursive: true })
        await writeFile(file, path, written, options)
      }
    }
    // A rename would take the place of a file, or of an empty folder, that came meanwhile.
    await requireFree(out)
    await rename(partial, out)
    return written.bytes
  } catch (error) {
    if (begun) await rm(partial, { recursive: true, force: true })
    throw ioError(error, out, 'write')
  }
}

/** Also of what is a link that leads nowhere. */
async function requireFree(path: string): Promise<void> {
  const there = await lstat(path).catch((error) => {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  })
  if (there !== null) throw new WscError('E_IO', `there is something at ${path} already, which is not written over`)
}

async function writeFile(
  { read, size }: OpenFile,
  path: string,
  written: { bytes: number },
  { signal, onProgress }: SaveOptions,
): Promise<void> {
  const file = await open(path, 'wx')
  try {
    for await (const piece of read(0, size, signal)) {
      await file.writeFile(piece)
      written.bytes += piece.length
      onProgress?.(written.bytes)
    }
  } finally {
    await file.close()
  }
}
