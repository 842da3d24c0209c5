import { z } from 'zod'
import { networkHash } from '../../../src/bitcoin/index.ts'
import { bytesToHex, hash256, uint32 } from '../../../src/lib/index.ts'
import { diskFiles, type LevelStore, openJsonStore, type StoreWrite } from '../../../src/lib/io/index.ts'
import type { StorageErrorCode } from '../../errors.ts'
import type { StorageParams } from '../../params.ts'
import { WINDOW_TICKS } from '../../sampling/ticks.ts'
import { type LogChanges, type SeenTick, type SeenWin, WinLog } from '../../sampling/win-log.ts'

const FORMAT = 1

const winSchema = z.strictObject({
  id: hash256,
  key: hash256,
  partition: uint32,
  height: uint32,
  blockHash: hash256,
  heard: z.boolean(),
  inscribed: uint32.nullable(),
})
const tickSchema = z.strictObject({ height: uint32, blockHash: hash256 })

/** A log of wins on the disk, and the keys that are listened to no longer; small, and worth no more than a week's listening. */
export class WinStore {
  readonly #store: LevelStore<string, unknown>
  /** Height at which a key signed what does not hold. */
  readonly #cut = new Map<string, number>()
  readonly log: WinLog

  private constructor(store: LevelStore<string, unknown>, log: WinLog, cut: ReadonlyMap<string, number>) {
    this.#store = store
    this.log = log
    for (const [key, height] of cut) this.#cut.set(key, height)
  }

  /**
   * What is damaged, or of another network, other partitions or another key of the circuit, is begun anew. Throws E_LOCKED where
   * another process has it, E_STORE or E_DISK_FULL where it cannot be used.
   *
   * @param keyId of the key that wins are verified by
   */
  static async open(path: string, params: StorageParams, keyId: string): Promise<WinStore> {
    const store = await openJsonStore<StorageErrorCode>({
      path,
      name: `the wins in ${path}`,
      mode: 0o700,
      codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_STORE', failed: 'E_STORE' },
      cures: { locked: { act: 'free-or-other-storage-dir' }, full: { act: 'make-room', subject: path } },
      setAside: diskFiles,
    })
    try {
      const { partitionBits, network } = params
      const owner = JSON.stringify({ format: FORMAT, network: bytesToHex(networkHash(network)), partitionBits, keyId })
      if ((await store.get('owner')) !== owner) await reset(store, owner)
      const { log, cut } = await read(store)
      return new WinStore(store, log, cut)
    } catch (error) {
      await store.close()
      throw error
    }
  }

  isCut(key: string): boolean {
    return this.#cut.has(key)
  }

  /** Nothing that this key signs is listened to for a week of blocks. */
  async cut(key: string, height: number): Promise<void> {
    this.#cut.set(key, height)
    await this.#store.put(`cut:${key}`, height, { sync: false })
  }

  /** In the log when it returns, whether or not it can be written; a crash forgets what was not. */
  add(win: SeenWin): { readonly win: SeenWin; readonly isNew: boolean; readonly written: Promise<void> } {
    const isNew = this.log.win(win.id) === null
    const now = this.log.add(win)
    return { win: now, isNew, written: this.#store.put(winKey(now), now, { sync: false }) }
  }

  async listened(tick: SeenTick): Promise<void> {
    this.log.listened(tick)
    await this.#store.put(tickKey(tick), tick, { sync: false })
  }

  /** As of `WinLog.moveTo`. */
  async moveTo(tip: number, hashAt: (height: number) => string | null, from: number): Promise<LogChanges> {
    const changes = this.log.moveTo(tip, hashAt, from)
    const over = [...this.#cut].filter(([, height]) => height <= tip - WINDOW_TICKS)
    for (const [key] of over) this.#cut.delete(key)
    const writes: StoreWrite<string, unknown>[] = [
      ...changes.gone.map((win) => ({ type: 'del', key: winKey(win) }) as const),
      ...changes.ticks.map((tick) => ({ type: 'del', key: tickKey(tick) }) as const),
      ...over.map(([key]) => ({ type: 'del', key: `cut:${key}` }) as const),
      ...changes.changed.map((win) => ({ type: 'put', key: winKey(win), value: win }) as const),
    ]
    if (writes.length > 0) await this.#store.batch(writes, { sync: false })
    return changes
  }

  async close(): Promise<void> {
    await this.#store.close()
  }
}

async function reset(store: LevelStore<string, unknown>, owner: string): Promise<void> {
  const writes: StoreWrite<string, unknown>[] = []
  for await (const key of store.keys()) writes.push({ type: 'del', key })
  await store.batch([...writes, { type: 'put', key: 'owner', value: owner }], { sync: true })
}

/** What cannot have been written is left out: it is a win or a tick the less. */
async function read(
  store: LevelStore<string, unknown>,
): Promise<{ readonly log: WinLog; readonly cut: ReadonlyMap<string, number> }> {
  const wins: SeenWin[] = []
  const ticks: SeenTick[] = []
  const cut = new Map<string, number>()
  for await (const [key, value] of store.entries()) {
    const [kind, name = ''] = key.split(':')
    if (kind === 'win') wins.push(...parsed(winSchema, value))
    else if (kind === 'tick') ticks.push(...parsed(tickSchema, value))
    else if (kind === 'cut') for (const height of parsed(uint32, value)) cut.set(name, height)
  }
  return { log: new WinLog(wins, ticks), cut }
}

function parsed<Value>(schema: z.ZodType<Value>, value: unknown): Value[] {
  const result = schema.safeParse(value)
  return result.success ? [result.data] : []
}

function winKey({ id }: SeenWin): string {
  return `win:${id}`
}

function tickKey({ height }: SeenTick): string {
  return `tick:${height}`
}
