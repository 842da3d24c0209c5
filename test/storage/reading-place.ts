import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { regtest } from '../../src/bitcoin/index.ts'
import { HttpServer } from '../../src/http/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { blobId } from '../../storage/blob/id.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { BlobTree } from '../../storage/blob/tree.ts'
import { chainNumber, encodeBlob, MemoryStore } from '../../storage/index.ts'
import { BlobFolder } from '../../storage/io/blob-folder.ts'
import type { FileStore } from '../../storage/io/file-store.ts'
import type { ChainNames } from '../../storage/io/gateway/resolver.ts'
import { gatewayRoutes } from '../../storage/io/gateway/routes.ts'
import { buildManifest, type SourceFile } from '../../storage/manifest/build.ts'
import { decodeManifest, encodeManifest, type Manifest } from '../../storage/manifest/manifest.ts'
import { BlobReader } from '../../storage/reading/blob-reader.ts'
import type { BlobSource } from '../../storage/reading/source.ts'
import { pieces } from './bytes.ts'
import { kernel } from './kernels.ts'

export const REGTEST = chainNumber(regtest) as number

interface PlacedGateway {
  readonly names?: ChainNames | null
  readonly host?: (port: string) => string
  /** By default a gateway gives what its sources give, and nothing else. */
  readonly restoring?: object | null
  readonly cacheBytes?: number
}

/** A folder of blobs, and gateways before it. */
export class ReadingPlace {
  readonly folder: string
  readonly blobs: BlobFolder
  readonly #servers: HttpServer[] = []

  private constructor(folder: string) {
    this.folder = folder
    this.blobs = new BlobFolder(folder, kernel)
  }

  static async make(): Promise<ReadingPlace> {
    return new ReadingPlace(await mkdtemp(join(tmpdir(), 'wsc-reading-')))
  }

  /** The id of a blob of these bytes alone. */
  async blob(bytes: Uint8Array): Promise<string> {
    const store = await this.blobs.store()
    const made = await encodeBlob(kernel, pieces(bytes), store)
    if (!made.ok) throw new Error(made.detail)
    await this.blobs.keep(made.blob, store)
    return bytesToHex(made.blob.id)
  }

  /** The id of a blob whose units are not what the code makes of these bytes: as only a lying author makes one. */
  async spoiltBlob(bytes: Uint8Array, spoil: (units: Uint8Array) => void): Promise<string> {
    const memory = new MemoryStore()
    const made = await encodeBlob(kernel, pieces(bytes), memory)
    if (!made.ok) throw new Error(made.detail)
    const units = memory.bytes.slice()
    spoil(units)
    const store = await this.blobs.store()
    await store.write(0, units)
    const unitRoots = await kernel.unitRoots(units)
    const content = { root: new BlobTree(kernel, unitRoots).root, length: bytes.length, coding: CODING }
    const id = blobId(kernel, content) as Uint8Array
    await this.blobs.keep({ ...made.blob, ...content, id, unitRoots }, store)
    return bytesToHex(id)
  }

  /** The id of a folder of these files. */
  async directory(files: Readonly<Record<string, Uint8Array | string>>, blobBytes = 200_000): Promise<string> {
    const sources = Object.entries(files).map(([path, content]): SourceFile => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      return { path, open: () => pieces(bytes) }
    })
    const stores: FileStore[] = []
    const made = await buildManifest(kernel, sources, {
      blobBytes,
      storeFor: async (number) => {
        const store = await this.blobs.store()
        stores[number] = store
        return store
      },
      onBlob: (blob, number) => this.blobs.keep(blob, stores[number] as FileStore),
    })
    if (!made.ok) throw new Error(made.detail)
    return bytesToHex(made.root.id)
  }

  /** What a folder's blob says. */
  async manifestOf(id: string): Promise<Manifest> {
    const read = await new BlobReader({ kernel, sources: [this.blobs] }).bytes(id, 0, await this.#lengthOf(id))
    const decoded = read.ok ? decodeManifest(read.bytes) : read
    if (!decoded.ok) throw new Error(decoded.detail)
    return decoded.manifest
  }

  /** The id of a folder whose author says of its files what is not so. */
  async lyingDirectory(id: string, lie: (manifest: Manifest) => Manifest): Promise<string> {
    return await this.blob(encodeManifest(lie(await this.manifestOf(id))))
  }

  async #lengthOf(id: string): Promise<number> {
    return (await this.blobs.content(id))?.length ?? 0
  }

  /** Address of a gateway that reads from these sources. */
  async gateway(
    sources: readonly BlobSource[] = [this.blobs],
    { names = null, host, restoring = null, cacheBytes }: PlacedGateway = {},
  ): Promise<string> {
    const reader = new BlobReader({ kernel, sources, restoring, cacheBytes, hasher: () => createHash('sha256') })
    const components = { reader, names, chain: REGTEST, host: '' }
    const server = new HttpServer({
      modules: [gatewayRoutes(components)],
      host: '127.0.0.1',
      port: 0,
      headers: { 'cache-control': 'no-store' },
      rateLimit: { burst: 1000, perSecond: 1000 },
    })
    await server.start()
    const { host: own, port } = new URL(server.url)
    components.host = host?.(port) ?? own
    this.#servers.push(server)
    return server.url
  }

  async remove(): Promise<void> {
    for (const server of this.#servers) await server.stop()
    await this.blobs.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}
