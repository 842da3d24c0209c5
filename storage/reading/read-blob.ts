import type { NetworkParams } from '../../src/bitcoin/index.ts'
import {
  aFunction,
  aSignal,
  aText,
  aTimerMs,
  having,
  type OptionRules,
  optional,
  type Result,
  rejection,
  requireOptions,
} from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { chainNumber } from '../naming/chains.ts'
import { MemorySeenNames, type NameFault, type NameReject, resolveName, type SeenNames } from '../naming/names.ts'
import { formatUri, parseUri, type StorageUri, type Target, type UriReject } from '../naming/uri.ts'
import type { SourceFault } from './ask-sources.ts'
import { BlobReader } from './blob-reader.ts'
import { GatewaySource, isGatewayUrl } from './gateway-source.ts'
import {
  type ContentReject,
  type FileBelow,
  filesBelow,
  type OpenBlob,
  type OpenFile,
  type OpenFolder,
  openBlob,
  openPath,
} from './open-content.ts'
import type { Scratch } from './scratch.ts'

/** What stands behind a URI. */
export interface ReadContent {
  /** The URI in its one form. */
  readonly uri: string
  /** Of the blob that it led to. */
  readonly id: string
  /** Of a name: how far the chain was seen; what came later is not known. Null where nothing can come later. */
  readonly asOf: number | null
  readonly content: OpenFile | OpenFolder
  /** All that is there: the one file, or the files of the folder, its index among them. */
  files(): readonly FileBelow[]
}

/** Why a URI leads to nothing. */
export type ReadReject =
  | UriReject
  | NameReject
  | ContentReject
  /** It is of another network than the one given. */
  | 'other-network'
  /** What an inscription says only the chain tells: an attestation of it is wanted. */
  | 'not-attested'

/** What is read with, and from whom. */
export interface ReadOptions {
  /** By the addon or by WebAssembly. */
  readonly kernel: StorageKernel
  readonly params: NetworkParams
  /** Addresses of gateways, asked in this order; none is trusted. */
  readonly gateways: readonly string[]
  /** What was seen of names before; for this call alone unless given. */
  readonly seen?: SeenNames | undefined
  /** The id of the blob that an inscription records, from an attestation that was verified; null where it is none. */
  attested?(inscription: string, signal?: AbortSignal): Promise<string | null>
  /** Hears of every gateway that lied or could not be reached. */
  onFault?(fault: SourceFault): void
  /**
   * Where a blob lies while it is restored from the part of it that is still given; unless given in `Blob`s of the
   * platform, which a browser keeps on its disk. It is read from as long as anything of this is: whoever gives one closes it
   * after that.
   */
  scratch?(): Promise<Scratch>
  /** Milliseconds within which a gateway must have given what it is asked for; 30,000 unless given. */
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
}

const OPTIONS: OptionRules<ReadOptions> = {
  kernel: having('a kernel of storage', {
    ...{ unitRoots: aFunction, treeNodes: aFunction, poseidon: aFunction },
    ...{ encodeColumn: aFunction, restoreColumn: aFunction },
  }),
  params: having('parameters of a network', { name: aText }),
  gateways: {
    what: 'a list of addresses, each http:// or https://',
    holds: (value) => Array.isArray(value) && value.every((url) => typeof url === 'string' && isGatewayUrl(url)),
  },
  seen: optional(having('a record of names', { get: aFunction, put: aFunction })),
  attested: optional(aFunction),
  onFault: optional(aFunction),
  scratch: optional(aFunction),
  timeoutMs: optional(aTimerMs),
  fetch: optional(aFunction),
  signal: optional(aSignal),
}

/**
 * Opens what a `web3://` URI names, from gateways that nobody has to trust: every byte is verified against the blob's id
 * before it is given on, a name by its author's signature. `content.read` streams, whole or in part; pieces that no
 * gateway gives are made from the rest of their blob, where two thirds of it are to be had.
 *
 * Whatever gateways say leads to a rejection, never to an exception. What is read of `content` throws E_UNREADABLE with
 * such a rejection as its cause, E_ABORTED once the signal fires. Wrong options are E_OPTIONS; what `seen`, `attested`
 * and `scratch` throw is passed on.
 *
 * @example
 * import { loadStorage, readBlob, regtest } from 'wsc-bitcoin'
 *
 * const gateways = ['http://localhost:8534', 'https://gateway.example']
 * const kernel = await loadStorage()
 * const read = await readBlob('web3://uniswap.eth/', { kernel, params: regtest, gateways })
 * console.log(read.ok || read.reject) // no-chain
 */
export async function readBlob(
  text: string,
  options: ReadOptions,
): Promise<Result<{ readonly found: ReadContent }, ReadReject>> {
  requireOptions('readBlob', options, OPTIONS)
  const parsed = parseUri(text)
  if (!parsed.ok) return parsed
  const { uri } = parsed
  const { kernel, params, gateways, signal, onFault } = options
  if (uri.chain !== chainNumber(params)) return rejection('other-network', `${uri.chain} is not ${params.name}`)
  const { fetch, scratch, timeoutMs } = options
  const sources = gateways.map((url) => new GatewaySource(url, { chain: uri.chain, fetch, timeoutMs }))
  const target = await resolve(uri.target, sources, options)
  if (!target.ok) return target
  const reader = new BlobReader({ kernel, sources, onFault, restoring: { scratch } })
  const opened = await openBlob(reader, target.id, signal)
  return opened.ok ? readFrom(reader, opened.blob, uri, target.asOf) : opened
}

/** The same of a URI whose blob is open. */
export function readFrom(
  reader: BlobReader,
  blob: OpenBlob,
  uri: StorageUri,
  asOf: number | null,
): Result<{ readonly found: ReadContent }, ContentReject> {
  const at = openPath(reader, blob, uri.path, uri)
  if (!at.ok) return at
  const files = () => filesBelow(reader, blob, uri.path)
  return { ok: true, found: { uri: formatUri(uri), id: blob.id, asOf, content: at.content, files } }
}

async function resolve(
  target: Target,
  sources: readonly GatewaySource[],
  { params, seen, attested, onFault, signal }: ReadOptions,
): Promise<Result<{ readonly id: string; readonly asOf: number | null }, ReadReject>> {
  switch (target.kind) {
    case 'blob':
      return { ok: true, id: target.id, asOf: null }
    case 'inscription': {
      const id = await attested?.(target.id, signal)
      if (id != null) return { ok: true, id, asOf: null }
      return rejection('not-attested', `nothing that was verified says what ${target.id} is`)
    }
    case 'name': {
      const told = ({ source, reject, detail }: NameFault) =>
        onFault?.({ source, reject: reject === 'unreachable' ? reject : 'not-verified', detail })
      const asking = { signal, onFault: told }
      const resolved = await resolveName(params, target, sources, seen ?? new MemorySeenNames(), asking)
      return resolved.ok ? { ok: true, id: resolved.named.id, asOf: resolved.named.asOf } : resolved
    }
  }
}
