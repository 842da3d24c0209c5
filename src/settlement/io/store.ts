import { mkdir } from 'node:fs/promises'
import { Level } from 'level'
import { SettlementError } from '../errors.ts'

type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string }
/** Of keys; LevelDB sorts them by their bytes. */
interface Range {
  readonly gte?: string
  readonly lt?: string
}
interface Durable {
  /** Written through to the disk when it returns. */
  readonly sync: boolean
}

/** A folder of this part's state: JSON by key. What LevelDB throws is an E_STORE that names the cure. */
export interface Store {
  get(key: string): Promise<unknown>
  put(key: string, value: unknown, options: Durable): Promise<void>
  del(key: string, options: Durable): Promise<void>
  /** All or nothing. */
  batch(writes: Write[], options: Durable): Promise<void>
  keys(range: Range): AsyncIterable<string>
  values(range: Range): AsyncIterable<unknown>
  iterator(): AsyncIterable<[string, unknown]>
  close(): Promise<void>
}

/** What a store holds decides what is to be done where it is damaged. */
export type StoreContent = 'index' | 'jobs'

const CURES: Readonly<Record<StoreContent, string>> = {
  index: 'remove the folder, and it is made again from the node',
  jobs:
    'keep a copy of the folder, and name another --settlement-dir. What was confirmed is on the chain, and coins that ' +
    'no job under way has spent are in the wallet’s address; the copy may hold what a commit that waits needs',
}

/**
 * Opens a folder of this part's state. LevelDB holds an operating-system lock on it, which a killed process cannot leave
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
  const level = new Level<string, unknown>(dir, { valueEncoding: 'json' })
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await level.open()
    return storeOf(level, (error) => storeError(dir, content, error))
  } catch (error) {
    throw storeError(dir, content, error)
  }
}

function storeOf(level: Level<string, unknown>, explain: (error: unknown) => SettlementError): Store {
  const told = <T>(promise: Promise<T>): Promise<T> =>
    promise.catch((error) => {
      throw explain(error)
    })
  async function* toldEach<T>(items: AsyncIterable<T>): AsyncGenerator<T, void> {
    // Not around the yield: what the reader throws is its own.
    const iterator = items[Symbol.asyncIterator]()
    try {
      for (;;) {
        const { done, value } = await told(Promise.resolve(iterator.next()))
        if (done === true) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return {
    get: (key) => told(level.get(key)),
    put: (key, value, options) => told(level.put(key, value, options)),
    del: (key, options) => told(level.del(key, options)),
    batch: (writes, options) => told(level.batch(writes, options)),
    keys: (range) => toldEach(level.keys(range)),
    values: (range) => toldEach(level.values(range)),
    iterator: () => toldEach(level.iterator()),
    close: () => told(level.close()),
  }
}

/** LEVEL_IO_ERROR too stands for damage: of a file that is not there, or is shorter than another says. */
const DAMAGE: ReadonlySet<unknown> = new Set(['LEVEL_CORRUPTION', 'LEVEL_IO_ERROR', 'LEVEL_DECODE_ERROR'])

function storeError(dir: string, content: StoreContent, error: unknown): SettlementError {
  const { code, message, cause } = error as { code?: string; message?: string; cause?: unknown }
  // One that could not be opened says why in its cause.
  const inner = cause as { code?: string; message?: string } | undefined
  const codes = [code, inner?.code]
  const detail = inner?.message ?? message ?? String(error)
  if (codes.includes('LEVEL_LOCKED')) {
    const told = `another process works in ${dir}; wait for it, or name another --settlement-dir`
    return new SettlementError('E_LOCKED', told, { cause: error })
  }
  if (/no space left/i.test(detail)) {
    return new SettlementError('E_STORE', `no space left in ${dir}; what was saved before is intact`, { cause: error })
  }
  const damaged = codes.some((one) => DAMAGE.has(one))
  const told = damaged ? `${dir} is damaged (${detail}): ${CURES[content]}` : `cannot work in ${dir}: ${detail}`
  return new SettlementError('E_STORE', told, { cause: error })
}
