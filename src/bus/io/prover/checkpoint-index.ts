import { join } from 'node:path'
import { type Files, isStoreOrAside, type LevelStore, openJsonStore } from '../../../lib/io/index.ts'

export type CheckpointIndex = LevelStore<string, unknown>

const INDEX = 'index'

/** Whether a directory's entry is an index, in use or set aside. */
export const isIndex = (name: string) => isStoreOrAside(name, INDEX)

/**
 * Opens the index and with it the lock on the directory. A damaged index is set aside, and an empty one takes its place:
 * the checkpoints themselves say all that was in it.
 */
export function openIndex(files: Files, dir: string): Promise<CheckpointIndex> {
  return openJsonStore({
    path: join(dir, INDEX),
    name: `the index of the checkpoints in ${dir}`,
    codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_IO', failed: 'E_IO' },
    cures: { locked: { act: 'free-or-other-data-dir', subject: dir } },
    setAside: files,
  })
}
