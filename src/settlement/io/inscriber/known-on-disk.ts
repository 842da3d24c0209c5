import { stat } from 'node:fs/promises'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import { errorCode } from '../../../lib/index.ts'
import { InscriptionIndex } from '../scanner/inscription-index.ts'
import { openStore } from '../store.ts'
import type { KnownSequences } from './record-warnings.ts'

/** What an index knows that lies in a folder; nothing where there is none, or where another process works with it. */
export function knownOnDisk(folder: string, params: NetworkParams): KnownSequences {
  return {
    async greatest(line) {
      if ((await stat(folder).catch(() => null)) === null) return undefined
      try {
        const store = await openStore(folder, 'index')
        try {
          return await (await InscriptionIndex.open(store, params)).greatest(line)
        } finally {
          await store.close()
        }
      } catch (error) {
        // To know less is no reason not to inscribe; whoever opens the index next is told what is wrong with it.
        if (errorCode(error) === 'E_LOCKED' || errorCode(error) === 'E_STORE') return undefined
        throw error
      }
    },
  }
}
