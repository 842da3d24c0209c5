import { join } from 'node:path'
import { z } from 'zod'
import { type Files, ioError, PARTIAL, writeAtomic } from '../../../lib/io/index.ts'
import { busError } from '../../errors.ts'
import { isIndex } from './checkpoint-index.ts'
import { STATUS } from './status.ts'

/** Layout of a data directory; a directory of another format is never touched. */
const DATA_DIR_FORMAT = 1

const VERSION = 'version.json'
const MAX_VERSION_BYTES = 65_536
/** The files that are replaced in one step. */
const OWN = [VERSION, STATUS]

/** What a data directory belongs to. One directory holds one chain, from one start, under one verifying key. */
export interface DataDirOwner {
  readonly params: string
  readonly start: string
  readonly keyId: string
}

const ownerSchema = z.object({ format: z.int(), params: z.string(), start: z.string(), keyId: z.string() })

/** What may lie in a directory that no version.json names yet: a first run that ended early, or a file system's own. */
const EARLY = new Set(['checkpoints', 'history', 'serve', 'lost+found'])
const isEarly = (name: string) => EARLY.has(name) || isIndex(name) || isPartialOf(name, VERSION)
const isPartialOf = (name: string, file: string) => name.startsWith(`${file}.`) && name.endsWith(PARTIAL)

/** Before anything is opened: refuses a directory of another format, of another owner, or one with foreign files. */
export async function checkDataDir(files: Files, dir: string, owner: DataDirOwner): Promise<void> {
  if (await isOwned(files, dir, owner)) return
  const names = await files.list(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw ioError(error, dir, 'read')
  })
  const foreign = names.find((name) => !isEarly(name))
  if (foreign === undefined) return
  const detail = `${dir} is no data directory and not empty (it holds ${foreign})`
  throw busError('E_DATA_DIR_MISMATCH', detail, { cure: { act: 'new-data-dir', subject: dir } })
}

/** Writes who owns a new directory. Only under the lock: another process may have claimed it since it was checked. */
export async function claimDataDir(files: Files, dir: string, owner: DataDirOwner): Promise<void> {
  if (await isOwned(files, dir, owner)) return
  const text = `${JSON.stringify({ format: DATA_DIR_FORMAT, ...owner }, null, 2)}\n`
  await writeAtomic(files, join(dir, VERSION), new TextEncoder().encode(text))
}

/** Removes what a crash left half-written. Only under the lock, and only what is ours: a proof may be written here too. */
export async function cleanDataDir(files: Files, dir: string): Promise<void> {
  try {
    for (const name of await files.list(dir)) {
      if (OWN.some((file) => isPartialOf(name, file))) await files.remove(join(dir, name))
    }
  } catch (cause) {
    throw ioError(cause, dir)
  }
}

/** False where nobody owns the directory yet; throws when it belongs to something else. */
async function isOwned(files: Files, dir: string, owner: DataDirOwner): Promise<boolean> {
  const path = join(dir, VERSION)
  const present = await files.read(path, MAX_VERSION_BYTES).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw ioError(error, path, 'read')
  })
  if (present === null) return false
  const found = parseOwner(present)
  if (found?.format !== DATA_DIR_FORMAT) {
    const which = found === null ? 'an unknown format' : `format ${found.format}`
    throw busError('E_DATA_DIR_VERSION', `${dir} has ${which}, this program writes ${DATA_DIR_FORMAT}`)
  }
  for (const field of ['params', 'start', 'keyId'] as const) {
    if (found[field] === owner[field]) continue
    const detail = `${dir} was made with ${field} ${found[field]}, not ${owner[field]}`
    throw busError('E_DATA_DIR_MISMATCH', detail, { cure: { act: 'other-data-dir-or-anew', subject: dir } })
  }
  return true
}

function parseOwner(bytes: Uint8Array): z.infer<typeof ownerSchema> | null {
  try {
    return ownerSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return null
  }
}
