import { z } from 'zod'
import { networkHash } from '../../../src/bitcoin/index.ts'
import { bytesToHex, hash256, uint32 } from '../../../src/lib/index.ts'
import type { StorageParams } from '../../params.ts'
import type { PartitionObservation } from '../../sampling/observation.ts'
import { readJsonFile, writeJsonFile } from '../json-file.ts'

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
  heard: uint32,
  partitions: z.array(partitionSchema),
})

/** What one observer has to say of partitions, as of a block. */
export interface Estimates {
  readonly height: number
  /** Peers that were there to be heard. */
  readonly heard: number
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
    const read = await readJsonFile(this.#path, schema)
    if (read === 'none' || read === 'damaged') return null
    const { network, partitionBits, ...estimates } = read
    return network === this.#owner.network && partitionBits === this.#owner.partitionBits ? estimates : null
  }

  /** Throws E_STORE where these are too many, E_DISK_FULL or E_IO. */
  async save(estimates: Estimates): Promise<void> {
    await writeJsonFile(this.#path, { ...this.#owner, ...estimates })
  }
}
