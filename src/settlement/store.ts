import { mkdir } from 'node:fs/promises'
import { Level } from 'level'
import { SettlementError } from './errors.ts'

export type Store = Level<string, unknown>

/**
 * Opens a folder of this part's state. LevelDB holds an operating-system lock on it, which a killed process cannot leave
 * behind. Throws E_LOCKED or E_STORE.
 *
 * @example
 * import { InscriptionIndex, openStore, regtest } from 'wsc-bitcoin'
 *
 * const store = await openStore('opened')
 * const index = await InscriptionIndex.open(store, regtest)
 * await store.close()
 * console.log(index.tip) // null
 */
export async function openStore(dir: string): Promise<Store> {
  const store: Store = new Level(dir, { valueEncoding: 'json' })
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await store.open()
    return store
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause
    if (cause?.code === 'LEVEL_LOCKED') {
      throw new SettlementError(
        'E_LOCKED',
        `another process works in ${dir}; wait for it, or name another --data-dir`,
        {
          cause: error,
        },
      )
    }
    const detail = cause?.message ?? (error as Error).message
    throw new SettlementError('E_STORE', `cannot open ${dir}: ${detail}`, { cause: error })
  }
}
