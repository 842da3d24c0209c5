import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What keeps a private file from being read: there is none or it cannot be opened, others may read it, it is none of its kind. */
export type PrivateFileFault = 'open' | 'mode' | 'kind'

/**
 * Text of at most `maxBytes` of a regular file that nobody but its owner can read. Throws what `fail` makes of a fault;
 * the text is never part of it.
 */
export async function readPrivateFile(
  file: string,
  maxBytes: number,
  fail: (fault: PrivateFileFault, detail: string, cause?: unknown) => Error,
): Promise<string> {
  let handle: FileHandle
  try {
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw fail('open', `cannot open ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`, cause)
  }
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw fail('kind', `${file} is no regular file`)
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
      const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
      throw fail('mode', `${file} has mode ${mode}: others may read it.`)
    }
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0)
    if (bytesRead > maxBytes) throw fail('kind', `${file} is longer than ${maxBytes} bytes`)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Writes a new file of mode 0600, and its folder where there is none; throws EEXIST where there is such a file. */
export async function createPrivateFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await using handle = await open(file, 'wx', 0o600)
  await handle.writeFile(text)
  await handle.sync()
  await using folder = await open(dirname(file), 'r')
  await folder.sync()
}
