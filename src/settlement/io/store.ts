import { mkdir } from 'node:fs/promises'
import { Level } from 'level'
import type { Cure, WscError } from '../../lib/index.ts'
import { settlementError } from '../errors.ts'

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

const CURES = {
  index: { act: 'remove-index' },
  jobs: { act: 'keep-jobs-aside' },
} as const satisfies Readonly<Record<StoreContent, Cure>>

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

function storeOf(level: Level<string, unknown>, explain: (error: unknown) => WscError): Store {
  const explained = <T>(promise: Promise<T>): Promise<T> =>
    promise.catch((error) => {
      throw explain(error)
    })
  async function* explainedEach<T>(items: AsyncIterable<T>): AsyncGenerator<T, void> {
    // Not around the yield: what the reader throws is its own.
    const iterator = items[Symbol.asyncIterator]()
    try {
      for (;;) {
        const { done, value } = await explained(Promise.resolve(iterator.next()))
        if (done === true) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return {
    get: (key) => explained(level.get(key)),
    put: (key, value, options) => explained(level.put(key, value, options)),
    del: (key, options) => explained(level.del(key, options)),
    batch: (writes, options) => explained(level.batch(writes, options)),
    keys: (range) => explainedEach(level.keys(range)),
    values: (range) => explainedEach(level.values(range)),
    iterator: () => explainedEach(level.iterator()),
    close: () => explained(level.close()),
  }
}

/** LEVEL_IO_ERROR too stands for damage: of a file that is not there, or is shorter than another says. */
const DAMAGE: ReadonlySet<unknown> = new Set(['LEVEL_CORRUPTION', 'LEVEL_IO_ERROR', 'LEVEL_DECODE_ERROR'])

function storeError(dir: string, content: StoreContent, error: unknown): WscError {
  const { code, message, cause } = error as { code?: string; message?: string; cause?: unknown }
  // One that could not be opened says why in its cause.
  const inner = cause as { code?: string; message?: string } | undefined
  const codes = [code, inner?.code]
  const detail = inner?.message ?? message ?? String(error)
  if (codes.includes('LEVEL_LOCKED')) {
    const cure = { act: 'free-or-other-settlement-dir' }
    return settlementError('E_LOCKED', `another process works in ${dir}`, { cause: error, cure })
  }
  if (/no space left/i.test(detail)) {
    return settlementError('E_STORE', `no space left in ${dir}; what was saved before is intact`, { cause: error })
  }
  if (!codes.some((one) => DAMAGE.has(one))) {
    return settlementError('E_STORE', `cannot work in ${dir}: ${detail}`, { cause: error })
  }
  return settlementError('E_STORE', `${dir} is damaged (${detail})`, { cause: error, cure: CURES[content] })
}
