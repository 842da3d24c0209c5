import { constants, createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Result, rejection, throwIfAborted, utf8 } from '../../src/lib/index.ts'
import { ioError } from '../../src/lib/io/index.ts'
import type { SourceFile } from '../manifest/build.ts'
import { MAX_FILES } from '../manifest/path.ts'

/** Why what lies at a path is nothing to store. */
export type FolderReject =
  /** A symbolic link, there or somewhere within: it would lead anywhere. */
  | 'link'
  /** A device, a pipe, a socket. */
  | 'no-file'
  /** A name that is not UTF-8. */
  | 'bad-name'
  | 'too-many-files'

/** So many folders within each other. */
const MAX_DEPTH = 64

/** Files to be stored. */
export interface FoundFiles {
  readonly files: readonly SourceFile[]
  /** Of all of them, as they are now. */
  readonly bytes: number
}

/**
 * The files at a path: one without a folder, or all of a folder and the folders in it. Nothing is opened yet. Empty
 * folders are left out. Throws E_IO where it cannot be read.
 */
export async function sourceFiles(path: string, signal?: AbortSignal): Promise<Result<FoundFiles, FolderReject>> {
  const files: SourceFile[] = []
  let bytes = 0
  const add = (at: string, file: string, size: number) => {
    bytes += size
    // One that has become a link since is not followed.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)
    files.push({ path: file, name: basename(at), open: () => createReadStream(at, { flags: flags as never }) })
  }
  const { kind, size } = await lookAt(path)
  if (kind === 'link' || kind === 'no-file') return refuse(kind, path)
  if (kind === 'file') {
    add(path, '', size)
    return { ok: true, files, bytes }
  }
  const folders: { at: string; path: string; depth: number }[] = [{ at: path, path: '', depth: 0 }]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of await readdir(folder.at, { encoding: 'buffer' }).catch(thrower(folder.at))) {
      throwIfAborted(signal)
      const text = utf8(name)
      if (text === null) return refuse('bad-name', folder.at)
      const at = join(folder.at, text)
      const within = folder.path === '' ? text : `${folder.path}/${text}`
      const { kind, size } = await lookAt(at)
      if (kind === 'link' || kind === 'no-file') return refuse(kind, at)
      if (kind === 'file') add(at, within, size)
      else folders.push({ at, path: within, depth: folder.depth + 1 })
      if (files.length + folders.length > MAX_FILES || folder.depth >= MAX_DEPTH) {
        return rejection(
          'too-many-files',
          `${path} holds more than ${MAX_FILES} files, or is ${MAX_DEPTH} folders deep`,
        )
      }
    }
  }
  return { ok: true, files, bytes }
}

interface Look {
  readonly kind: 'file' | 'folder' | 'link' | 'no-file'
  readonly size: number
}

/** The same files; tells how many bytes of all of them have been read, of how many: coding reads each twice. */
export function counted({ files, bytes }: FoundFiles, onRead: (done: number, of: number) => void): SourceFile[] {
  let done = 0
  return files.map((file) => ({
    ...file,
    async *open() {
      for await (const piece of file.open()) {
        done += piece.length
        // A file may have grown.
        onRead(Math.min(done, 2 * bytes), 2 * bytes)
        yield piece
      }
    },
  }))
}

async function lookAt(path: string): Promise<Look> {
  const stats = await lstat(path).catch(thrower(path))
  const { size } = stats
  if (stats.isSymbolicLink()) return { kind: 'link', size }
  return { kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'no-file', size }
}

function thrower(path: string): (cause: unknown) => never {
  return (cause) => {
    throw ioError(cause, path, 'read')
  }
}

const FOUND: Readonly<Record<Exclude<FolderReject, 'too-many-files'>, string>> = {
  link: 'is a link',
  'no-file': 'is neither a file nor a folder',
  'bad-name': 'holds a name that is not UTF-8',
}

function refuse(reject: keyof typeof FOUND, path: string) {
  return rejection(reject, `${path} ${FOUND[reject]}`)
}
