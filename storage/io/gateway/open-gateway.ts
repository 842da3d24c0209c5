import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HttpServer, type HttpServerOptions } from '../../../src/http/index.ts'
import { bytesToHex, type Result, type RunningService, together } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import type { IndexService } from '../../../src/settlement/io/index.ts'
import type { BuildReject } from '../../manifest/build.ts'
import type { StorageParams } from '../../params.ts'
import { BlobReader, type BlobReaderOptions } from '../../reading/blob-reader.ts'
import { GatewaySource } from '../../reading/gateway-source.ts'
import type { BlobSource } from '../../reading/source.ts'
import { BlobFolder } from '../blob-folder.ts'
import { buildContent } from '../build-content.ts'
import type { FileStore } from '../file-store.ts'
import type { FolderReject } from '../folder.ts'
import { ScratchFiles } from '../scratch-files.ts'
import type { TableService } from '../table-service.ts'
import { chainNames } from './resolver.ts'
import { gatewayRoutes } from './routes.ts'

export interface GatewayOptions extends Pick<HttpServerOptions, 'host' | 'port'> {
  readonly params: StorageParams
  /** Of the network, as URIs have it. */
  readonly chain: number
  readonly kernel: StorageKernel
  /** Folder of storage's state. */
  readonly state: string
  /** Whatever else has blobs; asked after the folder. */
  readonly sources?: readonly BlobSource[] | undefined
  /** Addresses of other gateways, which are not trusted; asked last. */
  readonly upstream?: readonly string[] | undefined
  /** What requests must name as their host, with a port; `localhost` and the port unless given. */
  readonly ownHost?: string | undefined
  /** What says of names and inscriptions what the chain does; without it blobs are had by id alone. */
  readonly view?: ChainView | undefined
  readonly onFault?: BlobReaderOptions['onFault']
}

/** Services that follow the chain, which whoever composes the gateway starts. */
export interface ChainView {
  readonly inscriptions: IndexService
  readonly table: TableService
}

export interface AddOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes that have been read, of how many. */
  onProgress?(done: number, of: number): void
}

/** A gateway; `service` is its server, and lets go of what is read in the end. */
export interface OpenGateway {
  readonly server: HttpServer
  readonly service: RunningService
  /** At which host it answers, once it listens. */
  ownHost(): string
  /** Puts a file or folder into the gateway's own folder, and gives its id. */
  add(path: string, how?: AddOptions): Promise<Result<{ readonly id: string }, BuildReject | FolderReject>>
}

/** Of verified pieces in memory. */
const CACHE_BYTES = 32 << 20
/** The longest blob takes so long at half a megabyte a second. */
const ANSWER_MS = 600_000

/** Composes a gateway, not started yet. */
export async function openGateway(options: GatewayOptions): Promise<OpenGateway> {
  const { params, chain, kernel, state, view, onFault, host, port } = options
  const folder = join(state, 'blobs')
  await mkdir(folder, { recursive: true })
  const blobs = new BlobFolder(folder, kernel)
  await blobs.sweep(Date.now())
  const upstream = (options.upstream ?? []).map((url) => new GatewaySource(url, { chain }))
  const names = view ? chainNames(params.network, view.table, () => view.inscriptions.index) : null
  const sources = [blobs, ...(options.sources ?? []), ...upstream]
  const scratch = new ScratchFiles(state)
  const reader = new BlobReader({
    ...{ kernel, sources, onFault, cacheBytes: CACHE_BYTES },
    restoring: { scratch: () => scratch.open(), goesOn: true },
    hasher: () => createHash('sha256'),
  })
  const ownHost = () => options.ownHost ?? `localhost:${new URL(server.url).port}`
  const components = {
    ...{ reader, names, chain },
    get host() {
      return ownHost()
    },
  }
  // What nobody says otherwise of, a refusal say, is kept by nobody.
  const headers = { 'cache-control': 'no-store' }
  // A page has many files, and a client asks for each chunk.
  const rateLimit = { burst: 500, perSecond: 200 }
  const limits = { answerMs: ANSWER_MS }
  const modules = [gatewayRoutes(components)]
  // Any page of a blob's own host may set cookies for all hosts of the gateway.
  const server: HttpServer = new HttpServer({
    ...{ modules, host, port, headers, rateLimit, limits },
    forgetsCookies: true,
  })
  const service = together([server], async () => {
    await reader.close()
    await scratch.close()
    await blobs.close()
  })
  return { server, service, ownHost, add: (path, how = {}) => addTo(blobs, path, options, how) }
}

async function addTo(
  blobs: BlobFolder,
  path: string,
  { kernel, params }: GatewayOptions,
  { signal, onProgress }: AddOptions,
): Promise<Result<{ readonly id: string }, BuildReject | FolderReject>> {
  const open: FileStore[] = []
  try {
    const built = await buildContent(path, {
      ...{ kernel, params, signal, onProgress },
      async storeFor() {
        const store = await blobs.store()
        open[0] = store
        return store
      },
      onBlob: (blob) => blobs.keep(blob, open[0] as FileStore),
    })
    return built.ok ? { ok: true, id: bytesToHex(built.root.id) } : built
  } finally {
    for (const store of open) await blobs.drop(store)
  }
}
