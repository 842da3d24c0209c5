import { errorCode } from '../errors.ts'
import { retry } from '../retry.ts'
import { openJsonStore } from './level-store.ts'

const PAUSES = { firstMs: 10, mostMs: 200, withinMs: 15_000 }

/**
 * Does the work while nobody else has the lock that this folder is, in whatever process; waits for whoever has it, and throws
 * E_LOCKED where that takes long. Node has no locks of files, LevelDB has one that a killed process cannot leave behind.
 */
export async function locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const open = () =>
    openJsonStore({
      ...{ path: folder, name: folder, mode: 0o700 },
      codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_IO', failed: 'E_IO' },
      cures: { full: { act: 'make-room', subject: folder }, damaged: { act: 'delete-and-again' } },
    })
  const isTransient = (error: unknown) => errorCode(error) === 'E_LOCKED'
  const lock = await retry(open, { ...PAUSES, isTransient })
  try {
    return await work()
  } finally {
    await lock.close()
  }
}
