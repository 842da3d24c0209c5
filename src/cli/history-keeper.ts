import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NetworkParams } from '../bitcoin/index.ts'
import {
  type HeaderSource,
  History,
  type HistoryStart,
  historyOwner,
  openLevelTable,
  type PoseidonSource,
} from '../bus/io/index.ts'
import type { Terminal } from './terminal.ts'

/** Keeps the history store beside the checkpoints in step with what is folded. */
export interface HistoryKeeper {
  /** Headers come from here from now on. */
  from(source: HeaderSource): void
  /**
   * Brings the store to a height. What it lacks it takes in at the next call, or whoever needs a path makes it up: so
   * nothing that goes wrong here stops the proving.
   */
  keep(height: number, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

export async function openHistoryKeeper(
  dir: string,
  params: NetworkParams,
  start: HistoryStart,
  poseidon: PoseidonSource,
  terminal: Terminal,
): Promise<HistoryKeeper> {
  const place = join(dir, 'history')
  let source: HeaderSource | null = null
  let told = false
  const tell = (error: unknown) => {
    if (!told) terminal.note(`the history store lags behind: ${(error as Error).message}`)
    told = true
    return null
  }
  const open = async () => {
    await mkdir(place, { recursive: true })
    return await History.open(start, await openLevelTable(place, historyOwner(params, start)), poseidon)
  }
  // `wsc attest` may hold it for a moment.
  let history = await open().catch(tell)
  return {
    from(headers) {
      source = headers
    },
    async keep(height, signal) {
      if (source === null) return
      try {
        history ??= await open()
        await history.sync(source, height, signal)
        told = false
      } catch (error) {
        if (!signal?.aborted) tell(error)
      }
    },
    async close() {
      await history?.close()
    },
  }
}
