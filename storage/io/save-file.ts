import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { equalBytes, errorCode, throwIfAborted, WscError } from '../../src/lib/index.ts'
import type { OpenFile } from '../reading/open-content.ts'

/** Files that are written beside each other. */
export interface Saving {
  readonly signal?: AbortSignal | undefined
  /** What lies there of a run before is gone on with. */
  readonly resume: boolean
  /** Of files that are written: which path each has. */
  readonly written: Map<string, string>
  /** So many bytes more are there. */
  more(bytes: number): void
}

const HASHED_AT_ONCE = 1 << 20

/** Writes one file, or the rest of it. A link at its path is not followed. */
export async function saveFile(file: OpenFile, path: string, saving: Saving): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const handle = await opened(path, saving)
  try {
    const { dev, ino } = await handle.stat({ bigint: true })
    const other = saving.written.get(`${dev}:${ino}`)
    if (other !== undefined) throw sameName(path, other)
    saving.written.set(`${dev}:${ino}`, path)
    if (saving.resume && (await goOn(file, handle, saving))) return
    await handle.truncate(0)
    await write(handle, 0, file.read(0, file.size, saving.signal), saving.more)
  } finally {
    await handle.close()
  }
}

async function opened(path: string, { resume }: Saving): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants
  try {
    return await open(path, resume ? O_RDWR | O_CREAT | O_NOFOLLOW : 'wx', 0o666)
  } catch (error) {
    // Nothing else writes here: it is a file of the same folder.
    if (!resume && errorCode(error) === 'EEXIST') throw sameName(path, 'another one')
    throw error
  }
}

function sameName(path: string, other: string): WscError {
  return new WscError('E_IO', `this file system takes the names of ${path} and ${other} for the same`)
}

/**
 * Goes on where a run before was ended. What is there is only known by the SHA-256 of the whole, which the manifest names: so
 * a file that has none is written anew, and one that turns out to be another. False where that is so.
 */
async function goOn(file: OpenFile, handle: FileHandle, saving: Saving): Promise<boolean> {
  const { size: there } = await handle.stat()
  if (file.file === null || there === 0 || there > file.size) return false
  const hash = createHash('sha256')
  const buffer = new Uint8Array(HASHED_AT_ONCE)
  let told = 0
  const more = (bytes: number) => {
    told += bytes
    saving.more(bytes)
  }
  for (let at = 0; at < there; ) {
    throwIfAborted(saving.signal)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return false
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
    more(bytesRead)
  }
  const rest = file.read(there, file.size, saving.signal)
  await write(handle, there, rest, more, (piece) => hash.update(piece))
  if (equalBytes(hash.digest(), file.file.sha256)) return true
  saving.more(-told)
  return false
}

async function write(
  handle: FileHandle,
  from: number,
  pieces: AsyncIterable<Uint8Array>,
  more: (bytes: number) => void,
  see: (piece: Uint8Array) => void = () => undefined,
): Promise<void> {
  let at = from
  for await (const piece of pieces) {
    see(piece)
    for (let done = 0; done < piece.length; ) {
      const { bytesWritten } = await handle.write(piece, done, piece.length - done, at + done)
      done += bytesWritten
    }
    at += piece.length
    more(piece.length)
  }
}
