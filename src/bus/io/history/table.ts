import type { Cure } from '../../../lib/index.ts'
import { RECORD_BYTES } from './nodes.ts'

/** Where a history's records lie, numbered from 0 without a gap. */
export interface HistoryTable {
  /** How many there are; what was written beyond (before a rollback) does not count. */
  readonly count: number
  /** What may be done where records are damaged; a table in memory has none. */
  readonly remade?: Cure
  /** Records by number, each below `count`. */
  read(numbers: readonly number[]): Promise<Uint8Array[]>
  /** All or nothing, at the end. `durable`: survives a loss of power once it returns. */
  append(records: Uint8Array, durable: boolean): Promise<void>
  truncate(count: number): Promise<void>
  close(): Promise<void>
}

/**
 * Records in memory, for a history that a header file holds.
 *
 * @example
 * import { historyStart, History, loadVerifier, memoryTable, regtest } from 'wsc-bitcoin'
 *
 * const history = await History.open(historyStart(regtest), memoryTable(), await loadVerifier())
 * console.log(history.tipHeight) // 0
 */
export function memoryTable(): HistoryTable {
  let bytes = new Uint8Array(0)
  let count = 0
  return {
    get count() {
      return count
    },
    read: async (numbers) => numbers.map((i) => bytes.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES)),
    append: async (records) => {
      const end = count * RECORD_BYTES + records.length
      if (end > bytes.length) {
        const larger = new Uint8Array(Math.max(end, 2 * bytes.length))
        larger.set(bytes)
        bytes = larger
      }
      bytes.set(records, count * RECORD_BYTES)
      count = end / RECORD_BYTES
    },
    truncate: async (to) => {
      count = to
    },
    close: async () => undefined,
  }
}
