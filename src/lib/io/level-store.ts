import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Level } from 'level'
import { errorCode } from '../errors.ts'
import type { Files } from './files.ts'
import { faultOf, type StoreTerms, storeError } from './level-fault.ts'
import { Mending } from './level-mending.ts'

/** One write of a batch. */
export type StoreWrite<Key, Value> =
  | { readonly type: 'put'; readonly key: Key; readonly value: Value }
  | { readonly type: 'del'; readonly key: Key }

/** Of keys; LevelDB sorts them by their bytes. */
export interface KeyRange<Key> {
  readonly gte?: Key
  readonly lt?: Key
}

/** How surely a write is on the disk when it returns. */
export interface Durable {
  /** Written through to the disk when it returns. */
  readonly sync: boolean
}

/**
 * Values by key in a folder. Whatever fails is thrown in the terms of the part that opened it (`StoreTerms`). After a write
 * that failed, on a full disk say, what was written before is there and can be read, and a later write may succeed.
 */
export interface LevelStore<Key, Value> {
  get(key: Key): Promise<Value | undefined>
  getMany(keys: readonly Key[]): Promise<(Value | undefined)[]>
  put(key: Key, value: Value, options: Durable): Promise<void>
  del(key: Key, options: Durable): Promise<void>
  /** All or nothing. */
  batch(writes: readonly StoreWrite<Key, Value>[], options: Durable): Promise<void>
  keys(range?: KeyRange<Key>): AsyncIterable<Key>
  values(range?: KeyRange<Key>): AsyncIterable<Value>
  entries(range?: KeyRange<Key>): AsyncIterable<[Key, Value]>
  close(): Promise<void>
}

export interface StoreOptions<Code extends string> extends StoreTerms<Code> {
  /** Its folder. */
  readonly path: string
  /** Permissions of a folder that is not there yet. */
  readonly mode?: number
  /**
   * For what can be made again from elsewhere, and is small: the store is read from end to end as it opens; one that is
   * damaged is moved aside (`NAME.damaged-1`), and an empty one takes its place.
   */
  readonly setAside?: Pick<Files, 'list' | 'rename'>
}

/**
 * JSON by text. LevelDB holds an operating-system lock on its folder, which a killed process cannot leave behind.
 * Values come back as JSON has them: whoever reads checks them.
 */
export function openJsonStore<Code extends string>(options: StoreOptions<Code>): Promise<LevelStore<string, unknown>> {
  const make = () => new Level<string, unknown>(options.path, { valueEncoding: 'json' })
  return open(options, make, { key: (key) => key, value: (value) => value })
}

/** Bytes by bytes; locked as `openJsonStore` has it. */
export function openByteStore<Code extends string>(
  options: StoreOptions<Code>,
): Promise<LevelStore<Uint8Array, Uint8Array>> {
  const make = () => new Level<Uint8Array, Uint8Array>(options.path, { keyEncoding: 'view', valueEncoding: 'view' })
  // LevelDB gives Buffers, whose own methods differ.
  const copy = (bytes: Uint8Array) => new Uint8Array(bytes)
  return open(options, make, { key: copy, value: copy })
}

/** What is read, free of the types that LevelDB reads with. */
interface Plain<Key, Value> {
  key(read: Key): Key
  value(read: Value): Value
}

async function open<Key, Value, Code extends string>(
  options: StoreOptions<Code>,
  make: () => Level<Key, Value>,
  plain: Plain<Key, Value>,
): Promise<LevelStore<Key, Value>> {
  const { path, mode, setAside } = options
  const explain = (error: unknown) => storeError(options, error)
  try {
    await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) })
    const level = setAside === undefined ? await opened(make()) : await openedWhole(make, path, setAside)
    return storeOver(new Mending(level, path), explain, plain)
  } catch (error) {
    throw explain(error)
  }
}

async function opened<Key, Value>(level: Level<Key, Value>): Promise<Level<Key, Value>> {
  try {
    await level.open()
    return level
  } catch (error) {
    await level.close()
    throw error
  }
}

/** Opened and read from end to end: LevelDB looks at most of its blocks only then. */
async function openedWhole<Key, Value>(
  make: () => Level<Key, Value>,
  path: string,
  files: Pick<Files, 'list' | 'rename'>,
): Promise<Level<Key, Value>> {
  // Named before anything is found: of two processes that find the damage, the second cannot move the first's new store.
  const aside = await freeName(path, files)
  const level = make()
  try {
    await level.open()
    await level.iterator().all()
    return level
  } catch (error) {
    try {
      if (faultOf(error) !== 'damaged') throw error
      // Still open where only reading failed: so the lock is held until it has moved.
      await files.rename(path, aside).catch((cause) => {
        throw otherWasFaster(cause) ?? cause
      })
    } finally {
      await level.close()
    }
  }
  return await opened(make())
}

/** `NAME.damaged-N`, N one more than there is. */
async function freeName(path: string, files: Pick<Files, 'list'>): Promise<string> {
  const prefix = `${basename(path)}${ASIDE}`
  const names = (await files.list(dirname(path))).filter((name) => name.startsWith(prefix))
  const last = Math.max(0, ...names.map((name) => Number(name.slice(prefix.length))).filter(Number.isSafeInteger))
  return join(dirname(path), `${prefix}${last + 1}`)
}

const ASIDE = '.damaged-'

/** Whether an entry of a folder is the store `name` in it, in use or set aside. */
export function isStoreOrAside(entry: string, name: string): boolean {
  return (
    entry === name || (entry.startsWith(`${name}${ASIDE}`) && /^[0-9]+$/.test(entry.slice(name.length + ASIDE.length)))
  )
}

/** Another process has moved the same damaged store to the same name: that it works there is what LevelDB calls locked. */
function otherWasFaster(cause: unknown): Error | null {
  const code = errorCode(cause)
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') return null
  return Object.assign(new Error('another process has set it aside', { cause }), { code: 'LEVEL_LOCKED' })
}

function storeOver<Key, Value>(
  mending: Mending<Key, Value>,
  explain: (error: unknown) => Error,
  plain: Plain<Key, Value>,
): LevelStore<Key, Value> {
  const { level } = mending
  const said = <T>(promise: Promise<T>): Promise<T> =>
    promise.catch((error) => {
      throw explain(error)
    })
  const read = <T>(work: () => Promise<T>) => said(mending.read(work))
  const written = (work: () => Promise<void>) => said(mending.write(work))
  async function* each<T, Out>(items: () => AsyncIterable<T>, out: (item: T) => Out): AsyncGenerator<Out, void> {
    // Not around the yield: what the reader throws is its own.
    const iterator = await read(async () => items()[Symbol.asyncIterator]())
    try {
      for (;;) {
        const { done, value } = await said(Promise.resolve(iterator.next()))
        if (done === true) return
        yield out(value)
      }
    } finally {
      await iterator.return?.()
    }
  }
  const found = (value: Value | undefined) => (value === undefined ? undefined : plain.value(value))
  return {
    get: async (key) => found(await read(() => level.get(key))),
    getMany: async (keys) => (await read(() => level.getMany([...keys]))).map(found),
    put: (key, value, options) => written(() => level.put(key, value, options)),
    del: (key, options) => written(() => level.del(key, options)),
    batch: (writes, options) => written(() => level.batch([...writes], options)),
    keys: (range = {}) => each(() => level.keys(range), plain.key),
    values: (range = {}) => each(() => level.values(range), plain.value),
    entries: (range = {}) =>
      each(
        () => level.iterator(range),
        ([key, value]) => [plain.key(key), plain.value(value)],
      ),
    close: () => said(mending.close()),
  }
}
