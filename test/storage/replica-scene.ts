import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { PeerTransport } from '../../src/bus/index.ts'
import { Emitter } from '../../src/lib/index.ts'
import { blobShape } from '../../storage/blob/shape.ts'
import { ReplicaService } from '../../storage/io/index.ts'
import type { ReplicaEvents } from '../../storage/io/replica/replica-service.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { kernel } from './kernels.ts'
import { PeerNet } from './peer-net.ts'
import { paramsOf } from './record-scene.ts'
import { type Giving, giveBlobs, type TestBlob } from './test-blob.ts'

/** A table that tests fill, peers in memory, and replicas in folders. */
export class ReplicaScene {
  readonly net = new PeerNet()
  readonly params = paramsOf()
  folder = ''
  #table = new StorageTable(kernel, this.params)
  #events = new Emitter<{ tip: object }>()
  #height = 0
  readonly #running: ReplicaService[] = []

  constructor() {
    beforeAll(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'wsc-replica-'))
    })
    afterAll(() => rm(this.folder, { recursive: true, force: true }))
    afterEach(async () => {
      for (const one of this.#running.splice(0)) await one.stop()
      this.#table = new StorageTable(kernel, this.params)
      this.#height = 0
    })
  }

  /** A block in which these blobs are published. */
  block(...blobs: TestBlob[]): void {
    this.blockBy('aa'.repeat(32), ...blobs)
  }

  blockBy(author: string, ...blobs: Pick<TestBlob, 'id' | 'root' | 'length'>[]): void {
    this.#table.apply(
      ++this.#height,
      blobs.map(({ id, root, length }) => {
        return { kind: 'blob', author, id, root, length, chunks: blobShape(length).chunks }
      }),
    )
    this.tell()
  }

  /** A block in which this author registers a peer as a provider's, or none: it has withdrawn. */
  register(author: string, peer: string | null, seq = this.#height): void {
    this.#table.apply(++this.#height, [{ kind: 'provider', author, seq, peer }])
    this.tell()
  }

  undo(): void {
    this.#table.undo()
    this.tell()
  }

  /** Blocks without records. */
  pass(blocks: number): void {
    this.#height += blocks
    this.tell()
  }

  tell(): void {
    this.#events.emit('tip', {})
  }

  /** A peer that has these blobs. */
  async giver(name: string, blobs: readonly TestBlob[], giving: Giving = {}) {
    await giveBlobs(this.net.transport(name), blobs, giving)
  }

  async replica(
    name: string,
    options: {
      folder?: string
      maxBytes?: number
      transport?: PeerTransport
      encodesFor?: string
      partitions?: number[]
    } = {},
  ) {
    const scene = this
    const table = {
      get table() {
        return scene.#table
      },
      get tip() {
        return { height: scene.#height }
      },
      events: this.#events,
    }
    const {
      maxBytes,
      encodesFor,
      partitions = [0],
      folder = join(this.folder, randomBytes(6).toString('hex')),
    } = options
    const replica = new ReplicaService({
      table: table as never,
      transport: options.transport ?? this.net.transport(name),
      peers: { provide: async () => undefined, async *find() {} },
      kernel,
      params: this.params,
      folder,
      partitions,
      maxBytes,
      encodesFor,
    })
    this.#running.push(replica)
    return { replica, folder }
  }
}

/** The next event of a replica that is as wanted. */
export function next<Name extends keyof ReplicaEvents>(
  { events }: ReplicaService,
  name: Name,
  wanted: (event: ReplicaEvents[Name]) => boolean = () => true,
): Promise<ReplicaEvents[Name]> {
  return new Promise((resolve) => {
    const off = events.on(name, (event) => {
      if (!wanted(event)) return
      off()
      resolve(event)
    })
  })
}
