import { z } from 'zod'
import { headerHash, type NetworkParams, packParams, toDisplay } from '../../../bitcoin/index.ts'
import type { Cure } from '../../../lib/index.ts'
import { type LevelStore, openByteStore } from '../../../lib/io/index.ts'
import { busError } from '../../errors.ts'
import type { HistoryStart } from './history.ts'
import { RECORD_BYTES } from './nodes.ts'
import type { HistoryTable } from './table.ts'

/** What a history belongs to: one chain from one start. */
export interface HistoryOwner {
  /** Element 0 of the state vector, hexadecimal. */
  readonly params: string
  readonly startHeight: number
  /** Display order. */
  readonly startHash: string
}

/**
 * Who a history of this network from this start belongs to.
 *
 * @example
 * import { historyStart, historyOwner, regtest } from 'wsc-bitcoin'
 *
 * console.log(historyOwner(regtest, historyStart(regtest)).startHeight) // 0
 */
export function historyOwner(params: NetworkParams, start: HistoryStart): HistoryOwner {
  const startHash = toDisplay(headerHash(start.header))
  return { params: packParams(params).toString(16), startHeight: start.height, startHash }
}

/** 1 held block hashes where leaves are now. */
const HISTORY_FORMAT = 2
const META = new TextEncoder().encode('meta')

const metaSchema = z.strictObject({
  format: z.int(),
  params: z.string(),
  startHeight: z.int().min(0),
  startHash: z.string(),
  count: z
    .int()
    .min(0)
    .max(2 ** 32),
})

/**
 * Opens a history in a directory of its own. The number of records is written in one batch with them, so that a kill
 * leaves either all of an append or nothing. Throws E_LOCKED, E_DATA_DIR_VERSION, E_DATA_DIR_MISMATCH or E_IO.
 *
 * @example
 * import { historyStart, History, historyOwner, loadVerifier, openLevelTable, regtest } from 'wsc-bitcoin'
 *
 * const start = historyStart(regtest)
 * const table = await openLevelTable('history', historyOwner(regtest, start))
 * const history = await History.open(start, table, await loadVerifier())
 * await history.close()
 * console.log(history.tipHeight) // 0
 */
export async function openLevelTable(dir: string, owner: HistoryOwner): Promise<HistoryTable> {
  const store = await openByteStore({
    path: dir,
    name: `the history in ${dir}`,
    codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_IO', failed: 'E_IO' },
    cures: { locked: { act: 'free-or-other-history', subject: dir }, damaged: remade(dir) },
  })
  try {
    return new LevelTable(dir, store, owner, await readCount(store, dir, owner))
  } catch (error) {
    await store.close()
    throw error
  }
}

class LevelTable implements HistoryTable {
  readonly remade: Cure
  readonly #dir: string
  readonly #store: ByteStore
  readonly #owner: HistoryOwner
  #count: number

  constructor(dir: string, store: ByteStore, owner: HistoryOwner, count: number) {
    this.remade = remade(dir)
    this.#dir = dir
    this.#store = store
    this.#owner = owner
    this.#count = count
  }

  get count(): number {
    return this.#count
  }

  async read(numbers: readonly number[]): Promise<Uint8Array[]> {
    const records = await this.#store.getMany(numbers.map(keyOf))
    return records.map((record, i) => {
      if (record?.length === RECORD_BYTES) return record
      const detail = `record ${numbers[i]} of the history in ${this.#dir} is missing or damaged`
      throw busError('E_IO', detail, { cure: this.remade })
    })
  }

  async append(records: Uint8Array, durable: boolean): Promise<void> {
    const first = this.#count
    const added = records.length / RECORD_BYTES
    const writes = Array.from({ length: added }, (_, i) => put(keyOf(first + i), recordAt(records, i)))
    await this.#store.batch([...writes, put(META, this.#meta(first + added))], { sync: durable })
    this.#count = first + added
  }

  /** Only the number changes: what lies beyond is written over by what comes next. */
  async truncate(count: number): Promise<void> {
    await this.#store.put(META, this.#meta(count), { sync: false })
    this.#count = count
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #meta(count: number): Uint8Array {
    return new TextEncoder().encode(JSON.stringify({ format: HISTORY_FORMAT, ...this.#owner, count }))
  }
}

type ByteStore = LevelStore<Uint8Array, Uint8Array>

const put = (key: Uint8Array, value: Uint8Array) => ({ type: 'put', key, value }) as const
const recordAt = (records: Uint8Array, i: number) => records.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES)

/** A history is made anew from headers. */
const remade = (dir: string): Cure => ({ act: 'remove-history', subject: dir })

/** Big-endian, so that LevelDB keeps them in order; one byte longer than the key of the metadata. */
function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(5)
  new DataView(key.buffer).setUint32(1, number)
  return key
}

async function readCount(store: ByteStore, dir: string, owner: HistoryOwner): Promise<number> {
  const bytes = await store.get(META)
  if (bytes === undefined) return 0
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    json = null
  }
  const parsed = metaSchema.safeParse(json)
  if (!parsed.success || parsed.data.format !== HISTORY_FORMAT) {
    throw busError('E_DATA_DIR_VERSION', `${dir} holds no history of a format that this program writes`, {
      cure: remade(dir),
    })
  }
  for (const field of ['params', 'startHeight', 'startHash'] as const) {
    if (parsed.data[field] === owner[field]) continue
    const detail = `the history in ${dir} was made with ${field} ${parsed.data[field]}, not ${owner[field]}`
    throw busError('E_DATA_DIR_MISMATCH', detail, { cure: { act: 'other-history-or-anew', subject: dir } })
  }
  return parsed.data.count
}
