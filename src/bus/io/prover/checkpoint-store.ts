import { join } from 'node:path'
import { z } from 'zod'
import { type NetworkParams, toDisplay } from '../../../bitcoin/index.ts'
import { hash256 } from '../../../lib/index.ts'
import { diskFiles, type Files, ioError, PARTIAL, writeAtomic } from '../../../lib/io/index.ts'
import type { Poseidon } from '../../accumulator.ts'
import { busError } from '../../errors.ts'
import type { ChainState } from '../../state.ts'
import { decodeCheckpoint, encodeCheckpoint, MAX_CHECKPOINT_BYTES } from './checkpoint-codec.ts'
import { type CheckpointIndex, openIndex } from './checkpoint-index.ts'
import { checkDataDir, claimDataDir, cleanDataDir, type DataDirOwner } from './data-dir.ts'
import { expendable } from './retention.ts'
import { stateFromJson, stateToJson } from './state-codec.ts'

/** A line of the index. */
export interface CheckpointEntry {
  readonly file: string
  readonly height: number
  /** Display order. */
  readonly hash: string
  readonly steps: number
  readonly bytes: number
  readonly sequence: number
}

const entrySchema = z.strictObject({
  file: z.string().regex(/^[0-9]+-[0-9a-f]{16}\.checkpoint$/),
  height: z.int().min(0),
  hash: hash256,
  steps: z.int().min(1),
  bytes: z.int().min(1),
  sequence: z.int().min(0),
})

const FILE = /^[0-9]+-[0-9a-f]{16}\.checkpoint$/

export interface LoadedCheckpoint {
  readonly state: ChainState
  readonly fold: Uint8Array
  readonly steps: number
}

export interface StoreOptions {
  readonly dir: string
  readonly owner: DataDirOwner
  readonly params: NetworkParams
  readonly poseidon: Poseidon
  readonly files?: Files
}

/**
 * Checkpoints of one chain. The file is durable before the index names it; a file without an entry (a crash between
 * the two) is taken in when the store opens, and entries without a file are dropped.
 */
export class CheckpointStore {
  readonly dir: string
  readonly #files: Files
  readonly #index: CheckpointIndex
  readonly #options: StoreOptions
  readonly #entries: Map<string, CheckpointEntry>

  private constructor(options: StoreOptions, files: Files, index: CheckpointIndex) {
    this.dir = options.dir
    this.#options = options
    this.#files = files
    this.#index = index
    this.#entries = new Map()
  }

  /** Throws E_LOCKED, E_DATA_DIR_VERSION, E_DATA_DIR_MISMATCH or E_IO. */
  static async open(options: StoreOptions): Promise<CheckpointStore> {
    const files = options.files ?? diskFiles
    await checkDataDir(files, options.dir, options.owner)
    const index = await openIndex(files, options.dir)
    try {
      await claimDataDir(files, options.dir, options.owner)
      await cleanDataDir(files, options.dir)
      const store = new CheckpointStore(options, files, index)
      await store.#recover()
      return store
    } catch (error) {
      await index.close()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#index.close()
  }

  /** Newest height first; at one height the last saved first. */
  list(): CheckpointEntry[] {
    return [...this.#entries.values()].sort((a, b) => b.height - a.height || b.sequence - a.sequence)
  }

  async save(state: ChainState, steps: number, fold: Uint8Array): Promise<CheckpointEntry> {
    const hash = toDisplay(state.context.hash)
    const file = `${state.context.height}-${hash.slice(-16)}.checkpoint`
    const bytes = encodeCheckpoint({ keyId: this.#options.owner.keyId, steps, state: stateToJson(state), fold })
    await writeAtomic(this.#files, join(this.#folder, file), bytes)
    const entry = { file, height: state.context.height, hash, steps, bytes: bytes.length, sequence: this.#sequence() }
    await this.#record(entry)
    for (const old of expendable([...this.#entries.values()])) await this.drop(old)
    return entry
  }

  /**
   * Null when an older checkpoint must serve: with file and entry dropped when the file is gone or damaged, with the
   * entry alone when it is whole but of something else, another state also: the next `open` enters it under what it
   * holds. Throws E_IO when the file cannot be read.
   */
  async load(entry: CheckpointEntry): Promise<LoadedCheckpoint | null> {
    const loaded = await this.#read(entry.file)
    if (loaded === 'damaged') await this.drop(entry)
    const exchanged = typeof loaded !== 'string' && !isOf(entry, loaded)
    if (loaded === 'foreign' || exchanged) await this.forget(entry)
    return typeof loaded === 'string' || exchanged ? null : loaded
  }

  /** The file itself, to hand the work on. */
  async raw(entry: CheckpointEntry): Promise<Uint8Array> {
    try {
      return await this.#files.read(join(this.#folder, entry.file), MAX_CHECKPOINT_BYTES)
    } catch (cause) {
      throw busError('E_CHECKPOINT', `cannot read checkpoint ${entry.file}`, { cause })
    }
  }

  /** The file first: without its entry it would come back as a new one, an entry without its file does not. */
  async drop(entry: CheckpointEntry): Promise<void> {
    const path = join(this.#folder, entry.file)
    await this.#files.remove(path).catch((cause) => {
      throw ioError(cause, path)
    })
    await this.forget(entry)
  }

  /** The entry alone, where another program may know what to do with the file. */
  async forget(entry: CheckpointEntry): Promise<void> {
    this.#entries.delete(entry.file)
    await this.#index.del(entry.file, { sync: false })
  }

  get #folder(): string {
    return join(this.dir, 'checkpoints')
  }

  /** After all checkpoints up to a height: of one whose entry was lost nothing else says when it was saved. */
  #sequence(upTo = Number.POSITIVE_INFINITY): number {
    const below = [...this.#entries.values()].filter(({ height }) => height <= upTo)
    return Math.max(0, ...below.map(({ sequence }) => sequence)) + 1
  }

  async #record(entry: CheckpointEntry): Promise<void> {
    await this.#index.put(entry.file, entry, { sync: false })
    this.#entries.set(entry.file, entry)
  }

  /**
   * Only a missing file or a failed checksum in a file of this format lets a checkpoint go: what a disk refuses to read
   * today may be whole, and what is of another format may serve another version.
   */
  async #read(file: string): Promise<(LoadedCheckpoint & { readonly bytes: number }) | 'damaged' | 'foreign'> {
    const path = join(this.#folder, file)
    const bytes = await this.#files.read(path, MAX_CHECKPOINT_BYTES).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return null
      throw ioError(cause, path, 'read')
    })
    const decoded = bytes === null ? null : decodeCheckpoint(bytes)
    if (bytes === null || decoded === null) return 'damaged'
    if (!decoded.ok) return decoded.reject === 'damaged' ? 'damaged' : 'foreign'
    const { fold, steps, state, keyId } = decoded.checkpoint
    if (keyId !== this.#options.owner.keyId) return 'foreign'
    const restored = stateFromJson(state, this.#options.params, this.#options.poseidon)
    return restored === null ? 'foreign' : { state: restored, fold, steps, bytes: bytes.length }
  }

  async #recover(): Promise<void> {
    await this.#files.makeDir(this.#folder)
    const names = new Set(await this.#files.list(this.#folder))
    for (const name of names) {
      if (name.endsWith(PARTIAL)) await this.#files.remove(join(this.#folder, name))
    }
    for await (const [key, value] of this.#index.entries()) {
      const entry = entrySchema.safeParse(value)
      if (entry.success && names.has(entry.data.file)) this.#entries.set(key, entry.data)
      else await this.#index.del(key, { sync: false })
    }
    const lost = [...names].filter((name) => FILE.test(name) && !this.#entries.has(name))
    for (const name of lost.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))) {
      const found = await this.#read(name)
      if (found === 'damaged') await this.#files.remove(join(this.#folder, name))
      if (typeof found === 'string') continue
      const { height, hash } = found.state.context
      const entry = { file: name, height, hash: toDisplay(hash), steps: found.steps, bytes: found.bytes }
      await this.#record({ ...entry, sequence: this.#sequence(height) })
    }
  }
}

/** Whether a file holds what the index says: it may have been exchanged for one of another chain. */
function isOf(entry: CheckpointEntry, { state, steps }: LoadedCheckpoint): boolean {
  const { height, hash } = state.context
  return height === entry.height && toDisplay(hash) === entry.hash && steps === entry.steps
}
