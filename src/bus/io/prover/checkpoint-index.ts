import { join } from 'node:path'
import { Level } from 'level'
import { type Files, ioError } from '../../../lib/io/index.ts'
import { BusError } from '../../errors.ts'

export type CheckpointIndex = Level<string, unknown>

export const INDEX = 'index'
const ASIDE = /^index\.damaged-([0-9]+)$/

/** Whether a directory's entry is an index, in use or set aside. */
export const isIndex = (name: string) => name === INDEX || ASIDE.test(name)

/**
 * Opens the index and with it the lock: LevelDB holds an operating-system lock on its directory, which a killed
 * process cannot leave behind. A damaged index is set aside, and an empty one takes its place: the checkpoints
 * themselves say all that was in it.
 */
export async function openIndex(files: Files, dir: string): Promise<CheckpointIndex> {
  const path = join(dir, INDEX)
  const names = await files
    .makeDir(dir)
    .then(() => files.list(dir))
    .catch((cause) => {
      throw ioError(cause, dir)
    })
  // Named before anything is found: of two processes that find the damage, the second cannot move the first's new index.
  const last = Math.max(0, ...names.map((name) => Number(ASIDE.exec(name)?.[1] ?? 0)))
  const index = levelAt(path)
  try {
    return await readable(index)
  } catch (error) {
    if (!isDamage(error)) throw await refused(index, error, dir)
    // Still open where only reading failed: so the lock is held until it has moved.
    await files.rename(path, join(dir, `index.damaged-${last + 1}`)).catch(async (cause: NodeJS.ErrnoException) => {
      await index.close()
      if (cause.code === 'ENOTEMPTY' || cause.code === 'EEXIST') throw locked(dir, cause)
      throw ioError(cause, path)
    })
    await index.close()
  }
  const anew = levelAt(path)
  return await readable(anew).catch(async (error) => {
    throw await refused(anew, error, dir)
  })
}

const levelAt = (path: string): CheckpointIndex => new Level(path, { valueEncoding: 'json' })

/** Opened, and read from end to end: LevelDB looks at most of its blocks only then. It holds some dozens of lines. */
async function readable(index: CheckpointIndex): Promise<CheckpointIndex> {
  await index.open()
  await index.iterator().all()
  return index
}

interface LevelFailure {
  readonly code?: string
  readonly message?: string
}

/** What LevelDB says; where opening failed, inside of an error of its own. */
function failureOf(error: unknown): LevelFailure {
  const { code, cause } = error as { code?: string; cause?: LevelFailure }
  return (code === 'LEVEL_DATABASE_NOT_OPEN' ? cause : (error as LevelFailure)) ?? {}
}

/** Damage to what lies there, and nothing that may be otherwise next time: a lock, a full disk, one that cannot be read. */
function isDamage(error: unknown): boolean {
  const { code, message = '' } = failureOf(error)
  if (code === 'LEVEL_CORRUPTION' || code === 'LEVEL_DECODE_ERROR') return true
  // One of its files is missing, or empty.
  return code === 'LEVEL_IO_ERROR' && /No such file or directory|Invalid argument/.test(message)
}

async function refused(index: CheckpointIndex, error: unknown, dir: string): Promise<BusError> {
  await index.close()
  const { code, message } = failureOf(error)
  if (code === 'LEVEL_LOCKED') return locked(dir, error)
  if (/no space left/i.test(message ?? '')) {
    return new BusError('E_DISK_FULL', `no space left in ${dir}`, { cause: error })
  }
  return new BusError('E_IO', `cannot open ${join(dir, INDEX)}: ${message ?? String(error)}`, { cause: error })
}

function locked(dir: string, cause: unknown): BusError {
  return new BusError('E_LOCKED', `another process works in ${dir}; stop it, or name another --data-dir`, { cause })
}
