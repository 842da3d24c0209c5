import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { errorCode, WscError } from '../../src/lib/index.ts'
import { diskFiles, ioError, readRegular, writeAtomic } from '../../src/lib/io/index.ts'
import type { ReadContent } from '../reading/read-blob.ts'
import { saveFile } from './save-file.ts'

export interface SaveOptions {
  readonly signal?: AbortSignal | undefined
  /** Whether what a run before has begun is gone on with, and what this one begins is left for a later one. */
  readonly resume?: boolean | undefined
  /** Bytes that are there so far, and how many there are in all. */
  onProgress?(bytes: number, of: number): void
}

/** What stands beside a part that may be gone on with. */
const markSchema = z.strictObject({ uri: z.string(), id: z.string() })
const MAX_MARK_BYTES = 16_384

/**
 * Writes what was read to a new file, or a folder's files into a new folder: nothing that is there is written over or
 * followed, and no link is made. Paths of a manifest stay within their folder (`checkPath`). Throws E_IO where something is
 * there already or cannot be written, E_UNREADABLE where bytes are not given. It is written to `OUT.part` first, which is
 * removed where it does not become whole; with `resume` it stays, and `OUT.part.json` says of what it is a part.
 */
export async function saveContent(content: ReadContent, out: string, options: SaveOptions = {}): Promise<number> {
  const { signal, resume = false } = options
  const files = content.files()
  const of = files.reduce((total, { size }) => total + size, 0)
  const partial = `${out}.part`
  let begun = false
  let bytes = 0
  const more = (some: number) => {
    bytes += some
    options.onProgress?.(bytes, of)
  }
  try {
    await begin(content, out, resume)
    begun = true
    const saving = { signal, resume, written: new Map<string, string>(), more }
    const [first] = files
    if (first?.below === '') await saveFile(first, partial, saving)
    else {
      await mkdir(partial, { recursive: true })
      for (const file of files) await saveFile(file, join(partial, file.below), saving)
    }
    // A rename would take the place of a file, or of an empty folder, that came meanwhile.
    await requireFree(out)
    await rename(partial, out)
    await rm(markOf(out), { force: true })
    return bytes
  } catch (error) {
    if (begun && !resume) await rm(partial, { recursive: true, force: true })
    throw ioError(error, out, 'write')
  }
}

async function begin({ uri, id }: ReadContent, out: string, resume: boolean): Promise<void> {
  await requireFree(out)
  if (resume && (await isMarked(out, { uri, id }))) return await requirePlain(`${out}.part`)
  await requireFree(`${out}.part`)
  await mkdir(dirname(out), { recursive: true })
  if (resume) await writeAtomic(diskFiles, markOf(out), new TextEncoder().encode(JSON.stringify({ uri, id })))
}

const markOf = (out: string) => `${out}.part.json`

/** Whether a run before has begun to write just this there. What it has begun of something else is not touched. */
async function isMarked(out: string, { uri, id }: z.output<typeof markSchema>): Promise<boolean> {
  const bytes = await readRegular(markOf(out), MAX_MARK_BYTES).catch((error) => {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  })
  if (bytes === null) return false
  let mark: z.output<typeof markSchema> | null = null
  try {
    mark = markSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {}
  if (mark?.uri === uri && mark.id === id) return true
  const what = mark === null ? 'something' : `${mark.uri} (blob ${mark.id})`
  const cure = { act: 'remove-or-other-out', subject: `${out}.part` }
  throw new WscError('E_IO', `${out}.part is a part of ${what}, which was read before`, { cure })
}

/** Also of what is a link that leads nowhere. */
async function requireFree(path: string): Promise<void> {
  if ((await statOf(path)) === null) return
  const cure = { act: 'remove-or-other-out', subject: path }
  throw new WscError('E_IO', `there is something at ${path} already, which is not written over`, { cure })
}

/** Files and folders alone: a link that somebody has put into a part would lead elsewhere. */
async function requirePlain(path: string): Promise<void> {
  const stats = await statOf(path)
  if (stats === null || stats.isFile()) return
  if (!stats.isDirectory()) throw new WscError('E_IO', `${path} is neither a file nor a folder, and was not made here`)
  for (const name of await readdir(path)) await requirePlain(join(path, name))
}

async function statOf(path: string) {
  return await lstat(path).catch((error) => {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  })
}
