import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Block,
  type BlockHash,
  packParams,
  regtest,
  type Transaction,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { Attestor, type BlockSource } from '../../src/bus/index.ts'
import { History } from '../../src/bus/io/history/history.ts'
import { memoryTable } from '../../src/bus/io/history/table.ts'
import { fileSource } from '../../src/bus/io/prover/header-source.ts'
import { concatBytes, rejection } from '../../src/lib/index.ts'
import { InscriptionIndex, openStore } from '../../src/settlement/io/index.ts'
import { recordsOf } from '../../storage/records/judge.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { syntheticBlock } from '../support/synthetic-block.ts'
import { kernel } from './kernels.ts'
import { paramsOf } from './record-scene.ts'

const FIRST = 100

/** What a block holds, by its height; `hashAt` knows the blocks before it. */
export type Reveals = Readonly<Record<number, (hashAt: (height: number) => BlockHash) => readonly Transaction[]>>

/** A chain that nobody mined, from block 100 on, with what a bus proof would say of it, its table, an index and attestations. */
export class ProvedRecords {
  readonly storage = paramsOf()
  readonly table = new StorageTable(kernel, this.storage)
  readonly #blocks: Block[] = []
  readonly #dir: string
  readonly #tip: number
  #history!: History
  #index!: InscriptionIndex
  #close!: () => Promise<void>
  #accumulator = 0n

  private constructor(dir: string, tip: number) {
    this.#dir = dir
    this.#tip = tip
  }

  static async make(tip: number, reveals: Reveals): Promise<ProvedRecords> {
    const made = new ProvedRecords(await mkdtemp(join(tmpdir(), 'wsc-records-')), tip)
    for (let height = FIRST; height <= tip; height++)
      made.#add(height, reveals[height]?.((at) => made.hashAt(at)) ?? [])
    await made.#prove()
    await made.#scan()
    return made
  }

  hashAt(height: number): BlockHash {
    return (this.#blocks[height - FIRST] as Block).hash
  }

  /** What a bus proof would say. */
  get chain() {
    const anchor = { height: FIRST, hash: toDisplay(this.hashAt(FIRST)) }
    return { height: this.#tip, accumulator: this.#accumulator, anchor, params: packParams(regtest) }
  }

  get index(): InscriptionIndex {
    return this.#index
  }

  /** By what attestations are judged. */
  get under() {
    return { storage: this.storage, chain: this.chain, kernel }
  }

  attestor(): Attestor {
    const place = async (height: number) => {
      return { tipHeight: this.#tip, height, path: await this.#history.path(height, this.#tip) }
    }
    const hashAt = async (height: number) => (height > this.#tip ? null : this.hashAt(height))
    return new Attestor({ place, hashAt }, this.#source())
  }

  async remove(): Promise<void> {
    await this.#close()
    await rm(this.#dir, { recursive: true, force: true })
  }

  #add(height: number, reveals: readonly Transaction[]): void {
    const prevHash = this.#blocks.at(-1)?.hash
    const block = syntheticBlock(
      reveals.map(({ bytes }) => bytes),
      prevHash === undefined ? {} : { prevHash },
    )
    this.#blocks.push(block)
    const said = [...recordsOf(kernel, this.storage, block, height)].flatMap(({ judged }) =>
      judged.ok ? [judged.says] : [],
    )
    if (said.length > 0) this.table.apply(height, said)
  }

  async #prove(): Promise<void> {
    const [first] = this.#blocks as [Block]
    this.#history = await History.open({ height: FIRST, header: first.header }, memoryTable(), kernel)
    const source = fileSource(concatBytes(...this.#blocks.map(({ headerBytes }) => headerBytes)), FIRST)
    if (!source.ok) throw new Error(source.reject)
    await this.#history.sync(source.source, this.#tip)
    this.#accumulator = await this.#history.commitment(this.#tip)
  }

  async #scan(): Promise<void> {
    const store = await openStore(this.#dir, 'index')
    this.#close = () => store.close()
    this.#index = await InscriptionIndex.open(store, regtest)
    await this.#index.startAfter({ height: FIRST - 1, hash: (this.#blocks[0] as Block).header.prevHash })
    for (const [i, block] of this.#blocks.entries()) await this.#index.connect(block, FIRST + i)
  }

  #source(): BlockSource {
    const find = (hash: BlockHash) => this.#blocks.find((block) => toDisplay(block.hash) === toDisplay(hash))
    return {
      header: async (hash) => find(hash)?.headerBytes ?? null,
      async block(hash) {
        const block = find(hash)
        return block === undefined ? rejection('no-such-block', 'it is of another chain') : { ok: true, block }
      },
      locate: async () => rejection('unknown-block', 'heights are known'),
    }
  }
}
