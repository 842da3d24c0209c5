import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { networkHash } from '../../../src/bitcoin/index.ts'
import { concatBytes, Emitter, type Events, equalBytes } from '../../../src/lib/index.ts'
import type { MaskKernel } from '../../../src/proving/index.ts'
import { blobShape, UNITS_A_CHUNK } from '../../blob/shape.ts'
import type { StorageParams } from '../../params.ts'
import type { GivenPiece } from '../../reading/source.ts'
import { Turns } from '../../reading/turns.ts'
import type { EncodedUnits, ProvedEncodedUnit } from '../../replica/encoded-units.ts'
import { type Keeping, rawKeeping, type UnitsPlace } from '../../replica/keeping.ts'
import { Keepings } from '../../replica/keepings.ts'
import type { LastScrub, LastScrubs, ScrubLevel } from '../../replica/scrub-levels.ts'
import type { FileStore } from '../file-store.ts'
import { openedFile, slotBytes } from './chunk-files.ts'
import { ChunkIndex, type KeptBlob } from './chunk-index.ts'
import { ChunkSlots, type ReadSlot } from './chunk-slots.ts'
import { type ProvedChunk, unitPath } from './piece-of.ts'

/** Chunks and units that are decoded at a time: the threads that do it read the disk as well. */
const DECODED_AT_ONCE = 2

export interface ChunkStoreOptions {
  readonly folder: string
  readonly params: StorageParams
  /** May throw E_NO_ADDON; asked for only where something is encoded, or is to be. */
  mask(): MaskKernel
}

/**
 * Chunks on a disk: a file for each blob and way of keeping, in it a slot for each chunk (path, roots of its units, the kept
 * bytes), and in an index the way and the SHA-256 of each slot that is there. A slot is on the disk before the index names it,
 * so that a crash at any moment, or a full disk, leaves no chunk that is believed to be there and is not.
 */
export class ChunkStore implements EncodedUnits {
  readonly #folder: string
  readonly #keepings: Keepings
  readonly #index: ChunkIndex
  readonly #slots: ChunkSlots
  readonly #events = new Emitter<{ changed: { readonly id: string } }>()
  readonly #decoding = new Turns(DECODED_AT_ONCE)
  #aim: Keeping = rawKeeping

  private constructor(folder: string, keepings: Keepings, index: ChunkIndex) {
    this.#folder = folder
    this.#keepings = keepings
    this.#index = index
    this.#slots = new ChunkSlots(folder, index, keepings)
  }

  /**
   * Throws E_LOCKED where another process has it, E_STORE where it cannot be used or is of another network, E_NO_ADDON where
   * chunks are encoded and nothing here decodes them.
   */
  static async open({ folder, params, mask }: ChunkStoreOptions): Promise<ChunkStore> {
    const index = await ChunkIndex.open(folder, params)
    try {
      const store = new ChunkStore(folder, new Keepings(networkHash(params.network), mask), index)
      // What was being restored when the process ended, and files whose blob was let go of just then.
      await rm(join(folder, 'scratch'), { recursive: true, force: true })
      await store.#slots.sweep()
      return store
    } catch (error) {
      await index.close()
      throw error
    }
  }

  /** What is kept of a blob has changed. */
  get events(): Events<{ changed: { readonly id: string } }> {
    return this.#events
  }

  /** How chunks are to be kept in the end: room is counted for that, and `rekeep` brings them there. */
  get aim(): Keeping {
    return this.#aim
  }

  /** Raw, or encoded under a provider's key (64 hex digits): throws E_NO_ADDON where nothing here encodes. */
  setAim(key: string | null): void {
    this.#aim = key === null ? rawKeeping : this.#keepings.encoded(key)
  }

  /** Bytes that a chunk takes in the end, with all that is kept beside it. */
  get slotBytes(): number {
    return Math.max(slotBytes(rawKeeping), slotBytes(this.#aim))
  }

  /**
   * Bytes of the disk that chunks take until all are as they are to be in the end, those among them that turned out to be
   * damaged, and where one is kept anew both forms of it.
   */
  get usedBytes(): number {
    const isRaw = this.#index.slots().every(([kept, chunks]) => kept === rawKeeping.name || chunks === 0)
    const anew = isRaw && this.#aim === rawKeeping ? 0 : this.slotBytes
    return anew + this.#bytes((keeping) => Math.max(slotBytes(keeping), slotBytes(this.#aim)))
  }

  /** Bytes of the disk that chunks take now. */
  get takenBytes(): number {
    return this.#bytes(slotBytes)
  }

  /** Bytes of the disk that the index takes. */
  async indexBytes(): Promise<number> {
    const folder = join(this.#folder, 'index')
    let total = 0
    for (const name of await readdir(folder).catch(() => [])) {
      // It may be gone already: LevelDB makes its files anew.
      total += await stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      )
    }
    return total
  }

  blobs(): readonly KeptBlob[] {
    return this.#index.blobs()
  }

  blob(id: string): KeptBlob | null {
    return this.#index.blob(id)
  }

  /** Numbers of the chunks of a blob that are not here. */
  missing({ id, length }: Pick<KeptBlob, 'id' | 'length'>): number[] {
    const held = this.blob(id)?.held
    return Array.from({ length: blobShape(length).chunks }, (_, chunk) => chunk).filter((chunk) => !held?.has(chunk))
  }

  /** Chunks of a blob that are here and not as they are to be in the end, the last first. */
  strays(id: string): number[] {
    const strays = new Set(this.blob(id)?.held)
    for (const chunk of this.#index.keptAs(id, this.#aim.name)) strays.delete(chunk)
    return [...strays].sort((a, b) => b - a)
  }

  /** How many chunks of a blob are here and encoded: under the key that is aimed at, or where that is none under any. */
  encoded(id: string): number {
    if (this.#aim !== rawKeeping) return this.#index.keptAs(id, this.#aim.name).length
    return (this.blob(id)?.held.size ?? 0) - this.#index.keptAs(id, rawKeeping.name).length
  }

  /** Begins to keep a blob, of which nothing is here yet. */
  async add({ id, root, length, height }: Omit<KeptBlob, 'held' | 'state'>): Promise<void> {
    if (this.blob(id) === null) await this.#index.setBlob({ id, root, length, height, state: 'fetching' })
    this.#changed(id)
  }

  async setState(id: string, state: KeptBlob['state']): Promise<void> {
    const blob = this.blob(id)
    if (blob !== null && blob.state !== state) await this.#index.setBlob({ ...blob, state })
    this.#changed(id)
  }

  /** Keeps a chunk that was verified, raw at first; it is on the disk when this resolves. */
  async put(id: string, chunk: number, { bytes, path, unitRoots }: ProvedChunk): Promise<void> {
    await this.#slots.writeRaw(id, chunk, concatBytes(path, unitRoots, bytes))
    this.#changed(id)
  }

  /** Null where it is not here, or is damaged: then it is here no longer. */
  async get(id: string, chunk: number): Promise<ProvedChunk | null> {
    const read = await this.#read(id, chunk)
    if (read === null) return null
    const { path, unitRoots } = read
    const bytes = await this.#give(read, { id, first: chunk * UNITS_A_CHUNK }, read.kept)
    return bytes === null ? null : { bytes, path, unitRoots }
  }

  /** A unit with its path, as peers are given it; null as of `get`. */
  async unit(id: string, unit: number): Promise<GivenPiece | null> {
    const read = await this.#readUnit(id, unit)
    const bytes = read === null ? null : await this.#give(read, { id, first: unit }, read.unit)
    return read === null || bytes === null ? null : { bytes, path: read.unitPath }
  }

  async encodedUnit(key: string, id: string, unit: number): Promise<Uint8Array | null> {
    const keeping = this.#keepings.encoded(key)
    const slot = this.#index.slot(id, Math.floor(unit / UNITS_A_CHUNK))
    return slot?.kept === keeping.name ? await this.#slots.readUnit(id, keeping, unit) : null
  }

  async provedEncodedUnit(key: string, id: string, unit: number): Promise<ProvedEncodedUnit | null> {
    const read = await this.#readUnit(id, unit)
    if (read === null || read.keeping !== this.#keepings.encoded(key)) return null
    return { encoded: read.unit, path: read.unitPath }
  }

  /**
   * Keeps a chunk as it is to be in the end. What it was stays until the new one is on the disk, was read from there, and gives
   * the same bytes. Nothing is done where the chunk is not here, or is kept so already.
   */
  async rekeep(id: string, chunk: number): Promise<void> {
    const keeping = this.#aim
    const before = this.#index.slot(id, chunk)
    if (before === null || before.kept === keeping.name) return
    const raw = await this.get(id, chunk)
    if (raw === null) return
    const place = { id, first: chunk * UNITS_A_CHUNK }
    const slot = concatBytes(raw.path, raw.unitRoots, await keeping.keep(place, raw.bytes))
    const isRight = async (kept: Uint8Array) => {
      const given = await keeping.give(place, kept)
      return given !== null && equalBytes(given, raw.bytes)
    }
    await this.#slots.replace(id, chunk, { before, keeping, slot, isRight })
    this.#changed(id)
  }

  /** Forgets a chunk that was found to be another. */
  async dropChunk(id: string, chunk: number): Promise<void> {
    await this.#index.dropChunk(id, chunk)
    this.#changed(id)
  }

  /** Forgets all chunks of a blob and deletes their bytes; the blob itself stays known where its parity is wrong. */
  async drop(id: string): Promise<void> {
    await this.#slots.drop(id)
    this.#changed(id)
  }

  get scrubs(): LastScrubs {
    return this.#index.scrubs
  }

  async setScrub(level: ScrubLevel, last: LastScrub): Promise<void> {
    await this.#index.setScrub(level, last)
  }

  async nextTurn(): Promise<number> {
    return await this.#index.nextTurn()
  }

  /** A file to restore a blob in, for as long as the work takes. */
  async scratch<Value>(id: string, work: (file: FileStore) => Promise<Value>): Promise<Value> {
    const path = join(this.#folder, 'scratch', id)
    const file = await openedFile(path)
    try {
      return await work(file)
    } finally {
      await file.close()
      await rm(path, { force: true })
    }
  }

  async close(): Promise<void> {
    await this.#index.close()
  }

  async #read(id: string, chunk: number): Promise<ReadSlot | null> {
    const wasHere = this.blob(id)?.held.has(chunk)
    const read = await this.#slots.read(id, chunk)
    if (read === null && wasHere) this.#changed(id)
    return read
  }

  async #readUnit(id: string, unit: number) {
    const [chunk, at] = [Math.floor(unit / UNITS_A_CHUNK), unit % UNITS_A_CHUNK]
    const read = await this.#read(id, chunk)
    if (read === null) return null
    const { unitBytes } = read.keeping
    return { ...read, unit: read.kept.subarray(at * unitBytes, (at + 1) * unitBytes), unitPath: unitPath(read, at) }
  }

  /** Null where what is kept, by its checksum as it was written, is nothing that was ever kept: it is here no longer. */
  async #give({ keeping }: ReadSlot, place: UnitsPlace, kept: Uint8Array): Promise<Uint8Array | null> {
    const given = await this.#decoding.take(() => keeping.give(place, kept))
    if (given === null) await this.dropChunk(place.id, Math.floor(place.first / UNITS_A_CHUNK))
    return given
  }

  #bytes(each: (keeping: Keeping) => number): number {
    return this.#index.slots().reduce((total, [kept, chunks]) => {
      return chunks === 0 ? total : total + chunks * each(this.#slots.keeping(kept))
    }, 0)
  }

  #changed(id: string): void {
    this.#events.emit('changed', { id })
  }
}
