import { join } from 'node:path'
import type { NetworkParams } from '../../src/bitcoin/index.ts'

/** Where what storage keeps of one network lies below a folder of the user's data, unless somebody names another place. */
export function storageFolder(home: string, params: NetworkParams): string {
  return join(home, params.name, 'storage')
}
