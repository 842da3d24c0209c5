import { z } from 'zod'
import { bytesToHex, hexToBytes, hexUpTo } from '../../../lib/index.ts'
import { type LevelStore, openJsonStore } from '../../../lib/io/index.ts'
import type { Firing } from '../../automation/plan.ts'
import { computeError } from '../../errors.ts'
import { MAX_RESULT_BYTES } from '../../result/result-file.ts'

/** A firing with all that makes its record the same again after a kill. */
export interface StoredFiring extends Firing {
  /** The result that was proved. */
  readonly result: Uint8Array
  /** ord's id of its inscription, once that is sent. */
  readonly name: string | null
}

const metaSchema = z.strictObject({
  format: z.literal(2),
  program: z.string().regex(/^[0-9a-f]{64}$/),
  since: z.int().min(0),
})
type Meta = z.output<typeof metaSchema>

const firingSchema = z.strictObject({
  ordinal: z.int().min(0),
  height: z.int().min(0),
  blockHash: z.string().regex(/^[0-9a-f]{64}$/),
  state: z.enum(['ready', 'sent']),
  result: hexUpTo(MAX_RESULT_BYTES).transform(hexToBytes),
  name: z.string().max(200).nullable(),
})

const META = 'meta'
/** Keys sort as ordinals do. */
const keyOf = (ordinal: number) => `firing:${ordinal.toString().padStart(10, '0')}`
const DURABLE = { sync: true }

/**
 * What an automation has fired, in a folder of its own, which one process has at a time. A firing is written before anything is
 * done about it: whatever is lost by a kill, nothing fires twice.
 */
export class FiringStore {
  readonly #store: LevelStore<string, unknown>
  readonly #program: string
  readonly #firings: Map<number, StoredFiring>
  #meta: Meta | null

  private constructor(
    store: LevelStore<string, unknown>,
    program: string,
    meta: Meta | null,
    firings: readonly StoredFiring[],
  ) {
    this.#store = store
    this.#program = program
    this.#meta = meta
    this.#firings = new Map(firings.map((firing) => [firing.ordinal, firing]))
  }

  /** Throws E_LOCKED where another process has it, E_STORE where it is damaged or of another program. */
  static async open(folder: string, program: Uint8Array): Promise<FiringStore> {
    const store = await openJsonStore({
      path: folder,
      name: `what the automation in ${folder} has fired`,
      codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_STORE', failed: 'E_STORE' },
      cures: { locked: { act: 'free-or-other-automation' }, damaged: { act: 'fired-unknown' } },
    })
    try {
      const read = await store.get(META)
      const meta = read === undefined ? null : checked(metaSchema, read, folder)
      const own = bytesToHex(program)
      if (meta !== null && meta.program !== own) {
        const cure = { act: 'free-or-other-automation' }
        throw computeError('E_STORE', `${folder} is what program ${meta.program} has fired, not ${own}`, { cure })
      }
      const firings: StoredFiring[] = []
      for await (const value of store.values({ gte: keyOf(0), lt: 'firing;' })) {
        firings.push(checked(firingSchema, value, folder))
      }
      return new FiringStore(store, own, meta, firings)
    } catch (error) {
      await store.close()
      throw error
    }
  }

  /** The first ordinal that this automation is about; null before it has begun. */
  get since(): number | null {
    return this.#meta?.since ?? null
  }

  get firings(): readonly StoredFiring[] {
    return [...this.#firings.values()]
  }

  get(ordinal: number): StoredFiring | undefined {
    return this.#firings.get(ordinal)
  }

  /** It looks at ordinals from this one on, for good. */
  async begin(since: number): Promise<void> {
    await this.#write({ format: 2, program: this.#program, since })
  }

  /** On the disk when it returns. */
  async put(firing: StoredFiring): Promise<void> {
    if (this.#meta === null) throw new Error('an automation begins before it fires')
    await this.#write(this.#meta, firing)
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #write(meta: Meta, firing?: StoredFiring): Promise<void> {
    const writes = [{ type: 'put' as const, key: META, value: meta as unknown }]
    if (firing !== undefined) {
      const value = { ...firing, result: bytesToHex(firing.result) }
      writes.push({ type: 'put', key: keyOf(firing.ordinal), value })
    }
    await this.#store.batch(writes, DURABLE)
    this.#meta = meta
    if (firing !== undefined) this.#firings.set(firing.ordinal, firing)
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, folder: string): z.output<Schema> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const cure = { act: 'fired-unknown' }
  throw computeError('E_STORE', `what the automation in ${folder} has fired cannot be read`, { cure })
}
