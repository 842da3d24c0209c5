import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerName } from '../../src/bus/index.ts'
import { bytesToHex, Emitter, hexToBytes, rejection } from '../../src/lib/index.ts'
import {
  Inscriber,
  type InscriberEvents,
  type InscriberService,
  type JobView,
  openStore,
  type Store,
} from '../../src/settlement/io/index.ts'
import { blobShape, CODING } from '../../storage/blob/shape.ts'
import type { StorageParams } from '../../storage/index.ts'
import { type EncodedContent, PutService, type TableService } from '../../storage/io/index.ts'
import type { PutOptions } from '../../storage/io/put/put-service.ts'
import type { BlobState } from '../../storage/peers/offer-kind.ts'
import { offerKind } from '../../storage/peers/offer-kind.ts'
import { recordsOf } from '../../storage/records/judge.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { FakeBitcoind } from '../support/fake-bitcoind.ts'
import { decoded } from '../support/synthetic-block.ts'
import { kernel } from './kernels.ts'
import { PeerNet } from './peer-net.ts'
import { alice } from './record-scene.ts'
import { blobWith, type Giving, giveBlobs } from './test-blob.ts'

const TIMING = { meetMs: 5, lookMs: 20, patience: 3, stillLooks: 5 }

/** As many as any test puts at once. */
const ready = await Promise.all(Array.from({ length: 26 }, (_, i) => blobWith(1_000, 2_000 + i)))

/** What a provider answers to an offer, given whether the blob is in the table, and the partition that it is or will be in. */
type Says = (isCounted: boolean, partition: number) => BlobState | 'other-partition'

/** A node, a table of its chain, providers, and puts among them, all in memory but for the folder of the jobs. */
export class PutScene {
  readonly node = new FakeBitcoind()
  readonly net = new PeerNet()
  readonly folder: string
  readonly #jobs: Store
  readonly #inscriberEvents = new Emitter<InscriberEvents>()
  readonly #tableEvents = new Emitter<{ tip: object }>()
  #made: { readonly at: Uint8Array; readonly params: StorageParams; readonly table: StorageTable } | null = null
  /** By which the table judges, from now on. */
  params: StorageParams

  private constructor(folder: string, jobs: Store, params: StorageParams) {
    this.folder = folder
    this.#jobs = jobs
    this.params = params
  }

  static async make(params: StorageParams, coins = 3): Promise<PutScene> {
    const folder = await mkdtemp(join(tmpdir(), 'wsc-put-'))
    const scene = new PutScene(folder, await openStore(join(folder, 'jobs')), params)
    for (let i = 0; i < coins; i++) scene.node.mine(alice.script)
    for (let i = 0; i < 100; i++) scene.node.mine()
    return scene
  }

  async remove(): Promise<void> {
    await this.#jobs.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Content of so many blobs of one data unit. */
  content(blobs: number): EncodedContent {
    const all = ready.slice(0, blobs).map(({ id, root, length, unitRoots }) => {
      const content = { id: hexToBytes(id), root: hexToBytes(root), coding: CODING, length }
      return { id, blob: { ...content, shape: blobShape(length), unitRoots }, file: join(this.folder, 'none') }
    })
    return { id: all.at(-1)!.id, bytes: 1000 * blobs, files: 1, blobs: all, chunks: blobs }
  }

  get table(): StorageTable {
    const at = this.#tip.hash
    if (this.#made?.at !== at || this.#made.params !== this.params) {
      this.#made = { at, params: this.params, table: this.#tableOfAll() }
    }
    return this.#made.table
  }

  #tableOfAll(): StorageTable {
    const table = new StorageTable(kernel, this.params)
    for (const [height, { txs }] of this.node.blocks.entries()) {
      const records = [...recordsOf(kernel, this.params, this.#block(txs), height)]
      table.apply(
        height,
        records.flatMap(({ judged }) => (judged.ok ? [judged.says] : [])),
      )
    }
    return table
  }

  /** A block of all that waits; the inscriber looks after its jobs. */
  async block(): Promise<void> {
    this.node.mine()
    for await (const view of this.inscriber().resume()) this.#inscriberEvents.emit('job', view)
    this.#tableEvents.emit('tip', {})
  }

  problem(error: InscriberEvents['problem']): void {
    this.#inscriberEvents.emit('problem', error)
  }

  /** One that gives the units of every blob, unless it is told to withhold or alter some. */
  async provider(
    name: PeerName,
    says: Says = (isCounted) => (isCounted ? 'whole' : 'waits'),
    giving: Giving = {},
  ): Promise<void> {
    await giveBlobs(this.net.transport(name), ready, giving)
    await this.net.transport(name).answer(offerKind, async ({ root, partition }) => {
      const entry = this.table.blobs.entries.find((one) => one.root === bytesToHex(root))
      const state = says(entry !== undefined, partition)
      if (state === 'other-partition') return rejection('other-partition', `partition ${partition} is not kept here`)
      return { ok: true, frames: [{ state, held: state === 'whole' ? 1 : 0 }] }
    })
  }

  inscriber(): Inscriber {
    return new Inscriber({ wallet: alice, client: this.node, store: this.#jobs })
  }

  /** A put by a process of its own; `signed` by these rules, the table's unless given. */
  service(signed: StorageParams = this.params): PutService {
    return new PutService(this.components(signed))
  }

  components(signed: StorageParams = this.params): ConstructorParameters<typeof PutService>[0] {
    const scene = this
    const inscriber = this.inscriber()
    const told = async (view: Promise<JobView>) => {
      const one = await view
      this.#inscriberEvents.emit('job', one)
      return one
    }
    const service = {
      events: this.#inscriberEvents,
      quote: inscriber.quote.bind(inscriber),
      inscribe: (...given: Parameters<Inscriber['inscribe']>) => told(inscriber.inscribe(...given)),
      bump: (...given: Parameters<Inscriber['bump']>) => told(inscriber.bump(...given)),
      accelerate: (...given: Parameters<Inscriber['accelerate']>) => told(inscriber.accelerate(...given)),
    }
    const table = {
      get table() {
        return scene.table
      },
      get tip() {
        return scene.#tip
      },
      events: this.#tableEvents,
      caughtUp: async () => undefined,
      whyNot: async (inscription: string) => this.#whyNot(inscription),
    }
    return {
      table: table as unknown as TableService,
      inscriber: service as unknown as InscriberService,
      client: { getBestBlock: async () => scene.#tip },
      transport: this.net.transport('owner'),
      ...{ wallet: alice, kernel, params: signed, folder: this.folder, timing: TIMING },
    }
  }

  async put(content: EncodedContent, options: Partial<PutOptions> = {}, service = this.service()): Promise<void> {
    await service.put(content, { signal: AbortSignal.timeout(20_000), ...options })
  }

  get #tip() {
    const height = this.node.blocks.length - 1
    return { height, hash: this.node.blocks[height]!.hash }
  }

  #block(txs: FakeBitcoind['blocks'][number]['txs']) {
    return { transactions: txs.map((tx) => decoded(new Uint8Array(tx.toBuffer()))) }
  }

  /** As `TableService` does (its own test). */
  #whyNot(inscription: string) {
    for (const [height, { txs }] of this.node.blocks.entries()) {
      for (const { txid, judged } of recordsOf(kernel, this.params, this.#block(txs), height)) {
        if (`${txid}i0` === inscription) return judged.ok ? null : judged
      }
    }
    return null
  }
}
