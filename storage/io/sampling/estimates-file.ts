import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { networkHash } from '../../../src/bitcoin/index.ts'
import { bytesToHex, errorCode, hash256, uint32 } from '../../../src/lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../../src/lib/io/index.ts'
import type { StorageParams } from '../../params.ts'
import type { PartitionObservation } from '../../sampling/observation.ts'

const MAX_BYTES = 16 << 20
const number = z.number().min(0)

const partitionSchema = z.strictObject({
  partition: uint32,
  ticks: uint32,
  from: uint32.nullable(),
  to: uint32.nullable(),
  wins: uint32,
  expected: number,
  estimate: z.strictObject({ replicas: number, least: number, most: number }).nullable(),
  keys: z.array(z.strictObject({ key: hash256, wins: uint32, last: uint32, silent: z.boolean() })),
  silent: z.boolean(),
  fill: uint32,
  cost: z.strictObject({
    units: number,
    coreSeconds: number,
    cardSeconds: number,
    unitSeconds: number,
    isFree: z.boolean(),
  }),
})

const schema = z.strictObject({
  network: hash256,
  partitionBits: z.int(),
  /** Of the tip that all is as of. */
  height: uint32,
  partitions: z.array(partitionSchema),
})

/** What one observer has to say of partitions, as of a block. */
export interface Estimates {
  readonly height: number
  readonly partitions: readonly PartitionObservation[]
}

/** What a node that listens knows of partitions, in a file, for commands that look at it while the node runs. */
export class EstimatesFile {
  readonly #path: string
  readonly #owner: Pick<z.output<typeof schema>, 'network' | 'partitionBits'>

  constructor(path: string, { network, partitionBits }: StorageParams) {
    this.#path = path
    this.#owner = { network: bytesToHex(networkHash(network)), partitionBits }
  }

  /** Null where nobody has listened here, or it was another network, or the file is damaged. Throws E_IO. */
  async load(): Promise<Estimates | null> {
    const bytes = await readRegular(this.#path, MAX_BYTES).catch((error) => {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    })
    if (bytes === null) return null
    const parsed = schema.safeParse(parseJson(new TextDecoder().decode(bytes)))
    if (!parsed.success) return null
    const { network, partitionBits, ...estimates } = parsed.data
    return network === this.#owner.network && partitionBits === this.#owner.partitionBits ? estimates : null
  }

  /** Throws E_DISK_FULL or E_IO. */
  async save(estimates: Estimates): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    const text = JSON.stringify({ ...this.#owner, ...estimates })
    await writeAtomic(diskFiles, this.#path, new TextEncoder().encode(text))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
