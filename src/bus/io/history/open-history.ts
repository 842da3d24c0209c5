import { mkdir } from 'node:fs/promises'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import { History, type HistoryStart } from './history.ts'
import { historyOwner, openLevelTable } from './level-table.ts'
import type { PoseidonSource } from './nodes.ts'

/** A history in a folder of its own, which is made where it is not there; throws as `openLevelTable` does. */
export async function openStoredHistory(
  folder: string,
  params: NetworkParams,
  start: HistoryStart,
  poseidon: PoseidonSource,
): Promise<History> {
  await mkdir(folder, { recursive: true })
  const table = await openLevelTable(folder, historyOwner(params, start))
  try {
    return await History.open(start, table, poseidon)
  } catch (error) {
    await table.close()
    throw error
  }
}
