import { join } from 'node:path'
import { z } from 'zod'
import { networkHash } from '../../src/bitcoin/index.ts'
import { bytesToHex, hash256 } from '../../src/lib/index.ts'
import { diskFiles, type LevelStore, openJsonStore } from '../../src/lib/io/index.ts'
import { type StorageErrorCode, storageError } from '../errors.ts'
import type { StorageParams } from '../params.ts'
import { nameSchema } from '../records/bodies.ts'

const FORMAT = 1

/** All of it follows from the chain. */
const REMOVE = { act: 'remove-table' } as const

const count = z.int().min(0)

const recordSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('blob'),
    author: hash256,
    id: hash256,
    root: hash256,
    length: count.min(1),
    chunks: count.min(1),
  }),
  z.strictObject({ kind: z.literal('provider'), author: hash256, seq: count, peer: hash256.nullable() }),
  z.strictObject({ kind: z.literal('name'), author: hash256, seq: count, name: nameSchema, id: hash256.nullable() }),
])

const blockSchema = z.strictObject({
  height: count.max(0xffff_ffff),
  /** Display order. */
  hash: hash256,
  /** Right by themselves, in order; none where nothing in the block was. */
  records: z.array(recordSchema),
})

/** A block that holds records of storage's kinds, as it is kept. */
export type SavedBlock = z.output<typeof blockSchema>

/**
 * The blocks that a table is made of, by height. All of it follows from the chain: what is damaged, or of other rules, is
 * set aside or dropped, and made again.
 */
export class TableStore {
  readonly #store: LevelStore<string, unknown>

  private constructor(store: LevelStore<string, unknown>) {
    this.#store = store
  }

  /** Throws E_LOCKED where another process has it, E_STORE where it cannot be used, E_PARTITION_BITS as `dropOthers`. */
  static async open(folder: string, params: StorageParams): Promise<TableStore> {
    const path = join(folder, 'table')
    const store = await openJsonStore<StorageErrorCode>({
      path,
      name: `the table in ${folder}`,
      mode: 0o700,
      codes: { locked: 'E_LOCKED', full: 'E_STORE', damaged: 'E_STORE', failed: 'E_STORE' },
      cures: { locked: { act: 'free-or-other-storage-dir' }, damaged: REMOVE },
      setAside: diskFiles,
    })
    try {
      await dropOthers(store, params)
      return new TableStore(store)
    } catch (error) {
      await store.close()
      throw error
    }
  }

  /** All blocks, the lowest first. Throws E_STORE where one cannot be what was written. */
  async blocks(): Promise<SavedBlock[]> {
    const blocks: SavedBlock[] = []
    for await (const value of this.#store.values({ gte: 'block:', lt: 'block;' })) {
      const parsed = blockSchema.safeParse(value)
      if (!parsed.success) throw storageError('E_STORE', 'a saved block of the table is damaged', { cure: REMOVE })
      blocks.push(parsed.data)
    }
    return blocks
  }

  async put(block: SavedBlock): Promise<void> {
    await this.#store.put(keyOf(block.height), block, { sync: true })
  }

  async remove(height: number): Promise<void> {
    await this.#store.del(keyOf(height), { sync: true })
  }

  async close(): Promise<void> {
    await this.#store.close()
  }
}

const ownerSchema = z.looseObject({ network: hash256, partitionBits: z.int() })

/** What was judged by other rules is nothing to go on with. Throws E_PARTITION_BITS where it is of other partitions. */
async function dropOthers(store: LevelStore<string, unknown>, params: StorageParams): Promise<void> {
  const { network, price, ...rules } = params
  const steps = price.map(({ from, satoshis }) => `${from}:${satoshis}`)
  const owner = { format: FORMAT, network: bytesToHex(networkHash(network)), ...rules, steps }
  const before = await store.get('owner')
  if (before === JSON.stringify(owner)) return
  refuseOtherPartitions(before, owner)
  const writes: { type: 'del'; key: string }[] = []
  for await (const key of store.keys()) writes.push({ type: 'del', key })
  await store.batch([...writes, { type: 'put', key: 'owner', value: JSON.stringify(owner) }], { sync: true })
}

/**
 * A price changes what counts, and the table follows. Partitions of another size are another storage network: what else is
 * kept beside the table was chosen by theirs, and peers of that one are not met.
 */
function refuseOtherPartitions(
  before: unknown,
  now: { readonly network: string; readonly partitionBits: number },
): void {
  const owner = parseOwner(before)
  if (owner?.network !== now.network || owner.partitionBits === now.partitionBits) return
  const { partitionBits } = owner
  const message = `this folder is of partitions of 2^${partitionBits} positions, not 2^${now.partitionBits}`
  const cure = { act: 'same-partition-bits', subject: String(partitionBits) }
  throw storageError('E_PARTITION_BITS', message, { cure })
}

/** Null where nothing says whose the folder is. */
function parseOwner(text: unknown): z.output<typeof ownerSchema> | null {
  try {
    return ownerSchema.parse(JSON.parse(z.string().parse(text)))
  } catch {
    return null
  }
}

function keyOf(height: number): string {
  return `block:${height.toString(16).padStart(8, '0')}`
}
