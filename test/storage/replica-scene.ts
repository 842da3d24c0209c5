import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { PeerTransport } from '../../src/bus/index.ts'
import { bytesToHex, Emitter, rejection } from '../../src/lib/index.ts'
import {
  BlobTree,
  blobId,
  blobShape,
  CODING,
  encodeBlob,
  MemoryStore,
  StorageTable,
  UNIT_BYTES,
} from '../../storage/index.ts'
import { ReplicaService } from '../../storage/io/index.ts'
import { pieceOf } from '../../storage/io/replica/piece-of.ts'
import type { ReplicaEvents } from '../../storage/io/replica/replica-service.ts'
import { chunkKind, unitKind } from '../../storage/peers/piece-kinds.ts'
import { pieces, someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'
import { PeerNet } from './peer-net.ts'
import { paramsOf } from './record-scene.ts'

/** A blob with all that is needed to give its pieces. */
export interface TestBlob {
  readonly id: string
  readonly root: string
  readonly length: number
  readonly bytes: Uint8Array
  readonly tree: BlobTree
  readonly unitRoots: Uint8Array
}

export async function blobWith(length: number, seed: number, spoil?: (units: Uint8Array) => void): Promise<TestBlob> {
  const store = new MemoryStore()
  const made = await encodeBlob(kernel, pieces(someBytes(length, seed)), store)
  if (!made.ok) throw new Error(made.detail)
  const bytes = store.bytes.slice()
  spoil?.(bytes)
  const unitRoots = await kernel.unitRoots(bytes)
  const tree = new BlobTree(kernel, unitRoots)
  const content = { root: tree.root, length, coding: CODING }
  return { id: bytesToHex(blobId(kernel, content)!), root: bytesToHex(tree.root), length, bytes, tree, unitRoots }
}

/** Alters the first parity unit: the tree is right, and the code is not. */
export function wrongParity(length: number): (units: Uint8Array) => void {
  return (units) => units.set([1, 2, 3], blobShape(length).dataUnits * UNIT_BYTES)
}

export interface Giving {
  readonly withholdsChunk?: (chunk: number) => boolean
  readonly withholdsUnit?: (unit: number) => boolean
  readonly lies?: boolean
  /** What is asked for is given once this resolves. */
  readonly after?: Promise<unknown>
}

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
  async giver(name: string, blobs: readonly TestBlob[], { withholdsChunk, withholdsUnit, lies, after }: Giving = {}) {
    const transport = this.net.transport(name)
    const answer =
      (kind: 'chunk' | 'unit') =>
      async ({ id, index }: { id: Uint8Array; index: number }) => {
        await after
        const blob = blobs.find((one) => one.id === bytesToHex(id))
        const withholds = kind === 'chunk' ? withholdsChunk : withholdsUnit
        if (blob === undefined || withholds?.(index)) return rejection('not-here', 'it is not here')
        const piece = await pieceOf(async (chunk) => chunkOf(blob, chunk), kind, index)
        if (lies) piece!.bytes[5]! ^= 1
        return { ok: true, frames: [piece!] } as const
      }
    await transport.answer(chunkKind, answer('chunk'))
    await transport.answer(unitKind, answer('unit'))
  }

  async replica(name: string, options: { folder?: string; maxBytes?: number; transport?: PeerTransport } = {}) {
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
    const { maxBytes, folder = join(this.folder, randomBytes(6).toString('hex')) } = options
    const replica = new ReplicaService({
      table: table as never,
      transport: options.transport ?? this.net.transport(name),
      peers: { provide: async () => undefined, leave: async () => undefined, async *find() {} },
      kernel,
      params: this.params,
      folder,
      partitions: [0],
      maxBytes,
    })
    this.#running.push(replica)
    return { replica, folder }
  }
}

export function chunkOf({ bytes, tree, unitRoots }: TestBlob, chunk: number) {
  const [size, roots] = [16 * UNIT_BYTES, 16 * 32]
  return {
    bytes: bytes.slice(chunk * size, (chunk + 1) * size),
    path: tree.chunkPath(chunk),
    unitRoots: unitRoots.slice(chunk * roots, (chunk + 1) * roots),
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
