import { z } from 'zod'
import { type Block, fromDisplay, type NetworkParams, sameHash, toDisplay } from '../../../bitcoin/index.ts'
import type { Tip } from '../../../bitcoin/io/index.ts'
import { settlementError } from '../../errors.ts'
import { counts, lineOf } from '../../record/sequence.ts'
import { scanBlock } from '../../scan-block.ts'
import type { Store } from '../store.ts'
import { parseStored, requireOwner } from '../stored.ts'
import { entrySchema, type IndexEntry, placeKey, toEntry } from './entry.ts'
import { matchesQuery, type Query } from './query.ts'

const FORMAT = 2

const tipSchema = z.strictObject({ height: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) })
const startSchema = z.int().min(0)
const undoSchema = z.strictObject({
  /** Keys to delete when the block leaves the chain. */
  keys: z.array(z.string()),
  /** Greatest counting `seq` of each line before the block; null: none. */
  lines: z.record(z.string(), z.number().nullable()),
})

/** Of one block: what is new, or gone. */
export interface IndexChange {
  readonly height: number
  readonly entries: readonly IndexEntry[]
}

type Write = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string }

/**
 * All inscriptions of a chain, by place, id, program, kind and author. A block is written, or taken out again, in one
 * atomic batch together with the tip: a crash leaves the index of one block or of the other. What undoes a block is kept
 * as long as the block's entries: a reorg may be of any depth.
 */
export class InscriptionIndex {
  readonly params: NetworkParams
  readonly #store: Store
  #tip: Tip | null
  #base: Tip | null
  #start: number

  private constructor(params: NetworkParams, store: Store, saved: Pick<InscriptionIndex, 'tip' | 'base' | 'start'>) {
    this.params = params
    this.#store = store
    this.#tip = saved.tip
    this.#base = saved.base
    this.#start = saved.start
  }

  /** Throws E_STORE where the store is an index of another network or format. */
  static async open(store: Store, params: NetworkParams): Promise<InscriptionIndex> {
    await requireOwner(store, FORMAT, params, 'the index is of another network or format')
    const block = async (key: string): Promise<Tip | null> => {
      const saved = await store.get(key)
      if (saved === undefined) return null
      const { height, hash } = parse(tipSchema, saved)
      return { height, hash: fromDisplay(hash) }
    }
    const start = parse(startSchema, (await store.get('start')) ?? 0)
    return new InscriptionIndex(params, store, { tip: await block('tip'), base: await block('base'), start })
  }

  /** The last block that is in; null before the first. */
  get tip(): Tip | null {
    return this.#tip
  }

  /**
   * Its first block above genesis, which all networks of one kind share: by it a chain that was begun anew is told from
   * one that has yet to catch up. Null before that block, and in an index that was made before this was kept.
   */
  get base(): Tip | null {
    return this.#base
  }

  /** Height of the first block that is looked at. */
  get start(): number {
    return this.#start
  }

  /** Begins above a block, whose inscriptions and those before it are left out. Only for an empty index. */
  async startAfter(tip: Tip): Promise<void> {
    if (this.#tip !== null) throw settlementError('E_STORE', 'the index has begun already')
    const start = tip.height + 1
    await this.#commit([{ type: 'put', key: 'start', value: start }], tip)
    this.#start = start
  }

  /** Takes in the block after the tip. */
  async connect(block: Block, height: number): Promise<IndexChange> {
    const tip = this.#tip
    if (tip === null ? height !== 0 : height !== tip.height + 1 || !sameHash(block.header.prevHash, tip.hash)) {
      throw new RangeError(`block ${height} does not follow the index`)
    }
    const hash = toDisplay(block.hash)
    const writes: Write[] = [{ type: 'put', key: hashKey(height), value: hash }]
    const before: Record<string, number | null> = {}
    const greatest = new Map<string, number | undefined>()
    const entries: IndexEntry[] = []
    for (const found of scanBlock(block)) {
      let entry = toEntry(found, height, hash, this.params)
      if (entry.record !== null) {
        const line = `line:${lineOf(entry.record)}`
        if (!greatest.has(line)) {
          const saved = await this.greatest(lineOf(entry.record))
          greatest.set(line, saved)
          before[line] = saved ?? null
        }
        const ok = counts(entry.record.seq, greatest.get(line))
        if (ok) greatest.set(line, entry.record.seq)
        entry = { ...entry, record: { ...entry.record, counts: ok } }
      }
      entries.push(entry)
      const place = placeKey(entry)
      writes.push(
        { type: 'put', key: `at:${place}`, value: entry },
        { type: 'put', key: `id:${entry.id}`, value: place },
      )
      for (const key of secondaryKeys(entry, place)) writes.push({ type: 'put', key, value: 1 })
    }
    const undo = { keys: writes.slice(1).map(({ key }) => key), lines: before }
    for (const [line, seq] of greatest) if (seq !== undefined) writes.push({ type: 'put', key: line, value: seq })
    if (entries.length > 0) writes.push({ type: 'put', key: undoKey(height), value: undo })
    if (height === Math.max(1, this.#start)) writes.push({ type: 'put', key: 'base', value: { height, hash } })
    await this.#commit(writes, { height, hash: block.hash })
    if (height === Math.max(1, this.#start)) this.#base = { height, hash: block.hash }
    return { height, entries }
  }

  /** Takes out the block at the tip; `previous` is the one before. */
  async disconnect(previous: Tip): Promise<IndexChange> {
    const tip = this.#tip
    if (tip === null || previous.height !== tip.height - 1) throw new RangeError('only the tip can be taken out')
    const saved = await this.#store.get(undoKey(tip.height))
    const writes: Write[] = [{ type: 'del', key: hashKey(tip.height) }]
    const entries: IndexEntry[] = []
    if (saved !== undefined) {
      const undo = parse(undoSchema, saved)
      for await (const entry of this.query({ from: tip.height, to: tip.height })) entries.push(entry)
      for (const key of undo.keys) writes.push({ type: 'del', key })
      for (const [key, value] of Object.entries(undo.lines)) {
        writes.push(value === null ? { type: 'del', key } : { type: 'put', key, value })
      }
      writes.push({ type: 'del', key: undoKey(tip.height) })
    }
    const losesBase = tip.height === this.#base?.height
    if (losesBase) writes.push({ type: 'del', key: 'base' })
    await this.#commit(writes, previous)
    if (losesBase) this.#base = null
    return { height: tip.height, entries }
  }

  /** Greatest `seq` that counts of one author and program (`lineOf`). */
  async greatest(line: string): Promise<number | undefined> {
    const saved = await this.#store.get(`line:${line}`)
    return saved === undefined ? undefined : parse(z.int().min(0), saved)
  }

  async get(id: string): Promise<IndexEntry | null> {
    const place = await this.#store.get(`id:${id}`)
    return typeof place === 'string' ? await this.#at(place) : null
  }

  /**
   * Hash, in display order, of the block at a height that is in; null where none is, and of one that was taken in before this
   * was kept.
   */
  async hashAt(height: number): Promise<string | null> {
    const saved = await this.#store.get(hashKey(height))
    return saved === undefined ? null : parse(tipSchema.shape.hash, saved)
  }

  /** In the order of the chain. */
  async *query(query: Query = {}): AsyncGenerator<IndexEntry, void> {
    const { program, author, kind, from = 0, to = 0xffff_ffff, limit = Number.POSITIVE_INFINITY } = query
    const prefix =
      program !== undefined
        ? `program:${program}:`
        : author !== undefined
          ? `author:${author}:`
          : kind !== undefined
            ? `kind:${kind}:`
            : 'at:'
    const bound = (height: number, end: string) => `${prefix}${height.toString(16).padStart(8, '0')}${end}`
    let left = limit
    if (left <= 0) return
    for await (const key of this.#store.keys({ gte: bound(from, ''), lt: bound(to, '/') })) {
      const entry = await this.#at(key.slice(prefix.length))
      if (entry === null || !matchesQuery(entry, query)) continue
      yield entry
      if (--left <= 0) return
    }
  }

  /** Everything that is in the store, for comparing two of them. */
  async dump(): Promise<Map<string, unknown>> {
    const all = new Map<string, unknown>()
    for await (const [key, value] of this.#store.entries()) all.set(key, value)
    return all
  }

  async #at(place: string): Promise<IndexEntry | null> {
    const value = await this.#store.get(`at:${place}`)
    return value === undefined ? null : parse(entrySchema, value)
  }

  async #commit(writes: Write[], tip: Tip): Promise<void> {
    const saved = { height: tip.height, hash: toDisplay(tip.hash) }
    await this.#store.batch([...writes, { type: 'put', key: 'tip', value: saved }], { sync: true })
    this.#tip = tip
  }
}

function undoKey(height: number): string {
  return `undo:${height.toString(16).padStart(8, '0')}`
}

function hashKey(height: number): string {
  return `hash:${height.toString(16).padStart(8, '0')}`
}

function secondaryKeys({ record }: IndexEntry, place: string): string[] {
  if (record === null) return []
  return [`program:${record.program}:${place}`, `author:${record.author}:${place}`, `kind:${record.kind}:${place}`]
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  return parseStored(schema, value, 'index', 'the index is damaged')
}
