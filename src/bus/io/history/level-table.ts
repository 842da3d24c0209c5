import { Level } from 'level'
import { z } from 'zod'
import { type NetworkParams, packParams, toDisplay } from '../../../bitcoin/index.ts'
import type { WscError } from '../../../lib/index.ts'
import { type BusErrorCode, busError } from '../../errors.ts'
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
 * import { historyOwner, regtest, startContext } from 'wsc-bitcoin'
 *
 * console.log(historyOwner(regtest, startContext(regtest)).startHeight) // 0
 */
export function historyOwner(params: NetworkParams, start: HistoryStart): HistoryOwner {
  return { params: packParams(params).toString(16), startHeight: start.height, startHash: toDisplay(start.hash) }
}

const HISTORY_FORMAT = 1
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

type Database = Level<Uint8Array, Uint8Array>

/**
 * Opens a history in a directory of its own. The number of records is written in one batch with them, so that a kill
 * leaves either all of an append or nothing. Throws E_LOCKED, E_DATA_DIR_VERSION, E_DATA_DIR_MISMATCH or E_IO.
 *
 * @example
 * import { History, historyOwner, loadVerifier, openLevelTable, regtest, startContext } from 'wsc-bitcoin'
 *
 * const start = startContext(regtest)
 * const table = await openLevelTable('history', historyOwner(regtest, start))
 * const history = await History.open(start, table, await loadVerifier())
 * await history.close()
 * console.log(history.tipHeight) // 0
 */
export async function openLevelTable(dir: string, owner: HistoryOwner): Promise<HistoryTable> {
  const database: Database = new Level(dir, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await database.open()
  } catch (cause) {
    throw openError(dir, cause)
  }
  try {
    return new LevelTable(dir, database, owner, await readCount(database, dir, owner))
  } catch (error) {
    await database.close()
    throw error
  }
}

class LevelTable implements HistoryTable {
  readonly #dir: string
  readonly #database: Database
  readonly #owner: HistoryOwner
  #count: number

  constructor(dir: string, database: Database, owner: HistoryOwner, count: number) {
    this.#dir = dir
    this.#database = database
    this.#owner = owner
    this.#count = count
  }

  get count(): number {
    return this.#count
  }

  async read(numbers: readonly number[]): Promise<Uint8Array[]> {
    const records = await this.#database.getMany(numbers.map(keyOf)).catch((cause) => {
      throw levelError(this.#dir, cause)
    })
    return records.map((record, i) => {
      // LevelDB gives Buffers, whose own methods differ.
      if (record?.length === RECORD_BYTES) return new Uint8Array(record)
      throw busError('E_IO', `record ${numbers[i]} of the history in ${this.#dir} is missing or damaged; ${CURE}`)
    })
  }

  async append(records: Uint8Array, durable: boolean): Promise<void> {
    const first = this.#count
    const added = records.length / RECORD_BYTES
    const batch = this.#database.batch()
    for (let i = 0; i < added; i++) {
      batch.put(keyOf(first + i), records.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES))
    }
    batch.put(META, this.#meta(first + added))
    await batch.write({ sync: durable } as object).catch((cause) => {
      throw levelError(this.#dir, cause)
    })
    this.#count = first + added
  }

  /** Only the number changes: what lies beyond is written over by what comes next. */
  async truncate(count: number): Promise<void> {
    await this.#database.put(META, this.#meta(count)).catch((cause) => {
      throw levelError(this.#dir, cause)
    })
    this.#count = count
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  #meta(count: number): Uint8Array {
    return new TextEncoder().encode(JSON.stringify({ format: HISTORY_FORMAT, ...this.#owner, count }))
  }
}

/** Big-endian, so that LevelDB keeps them in order; one byte longer than the key of the metadata. */
function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(5)
  new DataView(key.buffer).setUint32(1, number)
  return key
}

async function readCount(database: Database, dir: string, owner: HistoryOwner): Promise<number> {
  const bytes = await database.get(META).catch((cause) => {
    throw levelError(dir, cause)
  })
  if (bytes === undefined) return 0
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    json = null
  }
  const parsed = metaSchema.safeParse(json)
  if (!parsed.success || parsed.data.format !== HISTORY_FORMAT) {
    throw busError('E_DATA_DIR_VERSION', `${dir} holds no history of a format that this program writes`)
  }
  for (const field of ['params', 'startHeight', 'startHash'] as const) {
    if (parsed.data[field] === owner[field]) continue
    const detail = `the history in ${dir} was made with ${field} ${parsed.data[field]}, not ${owner[field]}`
    throw busError('E_DATA_DIR_MISMATCH', `${detail}; name another directory, or remove it to start anew`)
  }
  return parsed.data.count
}

function openError(dir: string, error: unknown): WscError<BusErrorCode> {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  if (cause?.code === 'LEVEL_LOCKED') {
    const message = `another process works with the history in ${dir}; stop it, or name another directory`
    return busError('E_LOCKED', message, { cause: error })
  }
  return levelError(dir, error)
}

/** LEVEL_IO_ERROR too stands for damage: of a file that is not there, or is shorter than another says. */
const DAMAGE: ReadonlySet<unknown> = new Set(['LEVEL_CORRUPTION', 'LEVEL_IO_ERROR'])
const CURE = 'remove the directory: it is made anew from headers'

function levelError(dir: string, error: unknown): WscError<BusErrorCode> {
  const { code, cause } = error as { code?: string; cause?: { code?: string; message?: string } }
  const message = cause?.message ?? (error instanceof Error ? error.message : String(error))
  if (/no space left/i.test(message)) return busError('E_DISK_FULL', `no space left in ${dir}`, { cause: error })
  if (DAMAGE.has(code) || DAMAGE.has(cause?.code)) {
    return busError('E_IO', `the history in ${dir} is damaged (${message}); ${CURE}`, { cause: error })
  }
  return busError('E_IO', `the history in ${dir} cannot be used: ${message}`, { cause: error })
}
