import type { Cure } from '../../lib/index.ts'
import { type LevelStore, openJsonStore } from '../../lib/io/index.ts'
import type { SettlementErrorCode } from '../errors.ts'

/** A folder of this part's state: JSON by key. Whatever fails is an E_STORE or E_LOCKED with its cure. */
export type Store = LevelStore<string, unknown>

/** What a store holds decides what is to be done where it is damaged. */
export type StoreContent = 'index' | 'jobs'

/** What is to be done about damage, whether LevelDB finds it or what was read shows it. */
export const DAMAGE_CURES = {
  index: { act: 'remove-index' },
  jobs: { act: 'keep-jobs-aside' },
} as const satisfies Readonly<Record<StoreContent, Cure>>

/**
 * Opens a folder of this part's state. A lock of the operating system is on it, which a killed process cannot leave
 * behind. Throws E_LOCKED or E_STORE.
 *
 * @example
 * import { InscriptionIndex, openStore, regtest } from 'wsc-bitcoin'
 *
 * const store = await openStore('opened', 'index')
 * const index = await InscriptionIndex.open(store, regtest)
 * await store.close()
 * console.log(index.tip) // null
 */
export async function openStore(dir: string, content: StoreContent = 'jobs'): Promise<Store> {
  return await openJsonStore<SettlementErrorCode>({
    path: dir,
    name: dir,
    mode: 0o700,
    codes: { locked: 'E_LOCKED', full: 'E_STORE', damaged: 'E_STORE', failed: 'E_STORE' },
    cures: { locked: { act: 'free-or-other-settlement-dir' }, damaged: DAMAGE_CURES[content] },
  })
}
