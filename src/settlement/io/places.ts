import { join } from 'node:path'
import type { NetworkParams } from '../../bitcoin/index.ts'

/** Where what settlement keeps of one network lies, unless somebody names another place. */
export interface SettlementPlaces {
  /** The wallet's file. */
  readonly wallet: string
  /** Folder of the jobs and of the index. */
  readonly state: string
}

/**
 * Below a folder of the user's data.
 *
 * @example
 * import { settlementPlaces, signet } from 'wsc-bitcoin'
 *
 * console.log(settlementPlaces('data', signet).wallet) // data/signet/wallet.json
 */
export function settlementPlaces(home: string, params: NetworkParams): SettlementPlaces {
  return { wallet: join(home, params.name, 'wallet.json'), state: join(home, params.name, 'settlement') }
}

/** The store of what is being inscribed, in a folder of settlement's state. */
export function jobsFolder(state: string): string {
  return join(state, 'inscriber')
}

/** The store of the index, in the same. */
export function indexFolder(state: string): string {
  return join(state, 'index')
}
