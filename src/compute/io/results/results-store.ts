import { z } from 'zod'
import { type NetworkParams, networkHash } from '../../../bitcoin/index.ts'
import { bytesToHex, hash256 } from '../../../lib/index.ts'
import { type LevelStore, openJsonStore, type StoreWrite } from '../../../lib/io/index.ts'
import { computeError } from '../../errors.ts'
import {
  doesCount,
  type LostBlock,
  type ResultBlock,
  type ResultEntry,
  resultEntrySchema,
} from '../../results/entry.ts'
import type { Judgement } from '../../results/judgement.ts'
import type { Place, ResultChain } from '../../results/since.ts'

const FORMAT = 1

const height = z.int().min(-1).max(0xffff_ffff)
const placeSchema = z.strictObject({ height, hash: hash256 })
const blockSchema = z.strictObject({ height, hash: hash256, entries: z.array(resultEntrySchema) })
const lostSchema = blockSchema.extend({ previous: hash256 })
const firstSchema = z.string()
const judgementSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('valid'),
    identity: hash256,
    says: z.record(z.string(), z.string()),
    completeness: z.enum(['complete', 'not known']),
    log: hash256.optional(),
  }),
  z.strictObject({ state: z.literal('invalid'), reason: z.string(), detail: z.string() }),
])

/** A verdict that does not change: that of a program that was not there may. */
export type Verdict = Exclude<Judgement, { readonly state: 'unknown' }>

/** A record of a block with what was found of it, before it is known whether another one came first. */
export interface JudgedRecord
  extends Pick<ResultEntry, 'id' | 'author' | 'program' | 'height' | 'blockHash' | 'bytes'> {
  readonly judgement: Judgement
}

/** A store as a part of it is seen. */
type Store = LevelStore<string, unknown>
type Write = StoreWrite<string, unknown>

export interface ResultsStoreOptions {
  readonly params: NetworkParams
  /** Ids of the programs whose results are judged, 64 hex digits each: other programs, another store. */
  readonly programs: readonly string[]
  /** The block before the first one that is looked at, for a store that is made now. */
  readonly base: Place
}

/**
 * The results of a chain, block by block. A block goes in, or out, by one batch with the tip, so that a kill leaves one chain or
 * the other. Blocks that have left are kept: a reader who stands there is told what is withdrawn.
 */
export class ResultsStore implements ResultChain {
  readonly base: Place
  readonly #store: Store
  #tip: Place

  private constructor(store: Store, base: Place, tip: Place) {
    this.#store = store
    this.base = base
    this.#tip = tip
  }

  /** Throws E_LOCKED or E_STORE, the latter where the folder is of another network, format or other programs too. */
  static async open(path: string, options: ResultsStoreOptions): Promise<ResultsStore> {
    const store = await openJsonStore({
      path,
      name: path,
      mode: 0o700,
      codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_STORE', failed: 'E_STORE' },
      cures: { locked: { act: 'free-results' }, damaged: REMOVE },
    })
    try {
      return await ResultsStore.over(store, options)
    } catch (error) {
      await store.close()
      throw error
    }
  }

  /** The same over a store that is open. */
  static async over(store: Store, { params, programs, base }: ResultsStoreOptions): Promise<ResultsStore> {
    const owner = { format: FORMAT, network: bytesToHex(networkHash(params)), programs: [...programs].sort() }
    const saved = await store.get('owner')
    if (saved === undefined) {
      const puts = { owner, base, tip: base }
      await store.batch(
        Object.entries(puts).map(([key, value]) => ({ type: 'put', key, value })),
        { sync: true },
      )
    } else if (JSON.stringify(saved) !== JSON.stringify(owner)) {
      throw computeError('E_STORE', 'the index of results is of another network, format or other programs', {
        cure: REMOVE,
      })
    }
    const place = async (key: string) => parse(placeSchema, await store.get(key))
    return new ResultsStore(store, await place('base'), await place('tip'))
  }

  get tip(): Place {
    return this.#tip
  }

  async at(at: number): Promise<ResultBlock> {
    return parse(blockSchema, await this.#store.get(atKey(at)))
  }

  async lost(hash: string): Promise<LostBlock | null> {
    const saved = await this.#store.get(`lost:${hash}`)
    return saved === undefined ? null : parse(lostSchema, saved)
  }

  async heights(from: number): Promise<readonly number[]> {
    const found: number[] = []
    const range = { gte: withKey(Math.max(0, from)), lt: 'with;' }
    for await (const key of this.#store.keys(range)) found.push(Number.parseInt(key.slice('with:'.length), 16))
    return found
  }

  /** ord's id of the record by which a result counts; null where none does. */
  async countedBy(identity: string): Promise<string | null> {
    const saved = await this.#store.get(`first:${identity}`)
    return saved === undefined ? null : parse(firstSchema, saved)
  }

  /** What was found of a record's body before; null where it was never judged. */
  async verdict(body: string): Promise<Verdict | null> {
    const saved = await this.#store.get(`verdict:${body}`)
    return saved === undefined ? null : parse(judgementSchema, saved)
  }

  async remember(body: string, verdict: Verdict): Promise<void> {
    await this.#store.put(`verdict:${body}`, verdict, { sync: false })
  }

  /** Takes in the block after the tip, its records in their order. */
  async connect(block: Place & { readonly previous: string }, records: readonly JudgedRecord[]): Promise<ResultBlock> {
    if (block.height !== this.#tip.height + 1 || block.previous !== this.#tip.hash) {
      throw new RangeError(`block ${block.height} does not follow the results`)
    }
    const firsts = new Map<string, string>()
    const entries: ResultEntry[] = []
    for (const record of records) {
      const { judgement, ...about } = record
      if (judgement.state !== 'valid') {
        entries.push({ ...about, ...judgement })
        continue
      }
      const { identity } = judgement
      const isFirst = !firsts.has(identity) && (await this.countedBy(identity)) === null
      if (isFirst) firsts.set(identity, about.id)
      entries.push({ ...about, ...judgement, state: isFirst ? 'counts' : 'duplicate' })
    }
    const { height, hash } = block
    const row: ResultBlock = { height, hash, entries }
    const writes: Write[] = [
      { type: 'put', key: atKey(height), value: row },
      { type: 'del', key: `lost:${hash}` },
    ]
    if (entries.length > 0) writes.push({ type: 'put', key: withKey(height), value: 1 })
    for (const [identity, id] of firsts) writes.push({ type: 'put', key: `first:${identity}`, value: id })
    await this.#commit(writes, { height, hash }, entries.length > 0)
    return row
  }

  /** Takes out the block at the tip; the one before has this hash. */
  async disconnect(previous: string): Promise<ResultBlock> {
    if (this.#tip.height <= this.base.height) {
      throw computeError('E_STORE', 'the chain was reorganised below the first block of the index of results', {
        cure: REMOVE,
      })
    }
    const row = await this.at(this.#tip.height)
    const writes: Write[] = [
      { type: 'del', key: atKey(row.height) },
      { type: 'del', key: withKey(row.height) },
      { type: 'put', key: `lost:${row.hash}`, value: { ...row, previous } },
    ]
    for (const { identity } of row.entries.filter(doesCount)) writes.push({ type: 'del', key: `first:${identity}` })
    await this.#commit(writes, { height: row.height - 1, hash: previous }, true)
    return row
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  /** A block without records may be lost with the power: it is taken in again. */
  async #commit(writes: readonly Write[], tip: Place, sync: boolean): Promise<void> {
    await this.#store.batch([...writes, { type: 'put', key: 'tip', value: tip }], { sync })
    this.#tip = tip
  }
}

const REMOVE = { act: 'remove-results' } as const

const hex8 = (number: number) => number.toString(16).padStart(8, '0')
const atKey = (at: number) => `at:${hex8(at)}`
const withKey = (at: number) => `with:${hex8(at)}`

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw computeError('E_STORE', 'the index of results is damaged', { cure: REMOVE })
}
