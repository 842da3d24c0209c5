/**
 * Entry `wsc-bitcoin`: verifies and compares proofs, checks headers, in Node. Everything of `wsc-bitcoin/browser`, with
 * the verifier's WebAssembly and the development key read from beside this file.
 */
import { MAX_KEY_BYTES, verifierError } from './bus/index.ts'
import {
  aByteArray,
  aSignal,
  aText,
  type OptionRule,
  type OptionRules,
  optional,
  requireOptions,
  throwIfAborted,
} from './lib/index.ts'
import { readRegular } from './lib/io/index.ts'
import {
  openWasmProofVerifier,
  openWasmStorage,
  openWasmVerifier,
  type ProofVerifier,
  type SnarkVerifier,
  type StorageKernel,
} from './proving/index.ts'

export {
  type BitcoindAuth,
  type BitcoindBlocks,
  BitcoindClient,
  type BitcoindClientOptions,
  BitcoindError,
  type BitcoindErrorCode,
  type BitcoindErrorOptions,
  type BlockEvent,
  type BlockPlace,
  bitcoindBlocks,
  type ChainClient,
  ChainFeed,
  type ChainFeedEvents,
  type ChainFeedOptions,
  type ChainInfo,
  type Outage,
  type OutageState,
  type PlacedHeader,
  type RpcCall,
  type RpcOptions,
  type SubscribeOptions,
  type Tick,
  type Tip,
} from './bitcoin/io/index.ts'
export * from './browser.ts'
export {
  type BusServerOptions,
  bitcoindSource,
  busServer,
  fileSource,
  type HeaderClient,
  type HeaderSource,
  History,
  type HistoryOwner,
  type HistoryStart,
  type HistoryTable,
  historyOwner,
  historyStart,
  memoryTable,
  openLevelTable,
  ownHistory,
  type PoseidonSource,
  provedPlaces,
  ServedBus,
  type ServedBusComponents,
  type ServedBusEvents,
  ServedFile,
  type ServedFileComponents,
  type ServedFileEvents,
  type ServedHistory,
  type ServedProof,
} from './bus/io/index.ts'
export {
  type Content,
  type HttpLimits,
  HttpServer,
  type HttpServerEvents,
  type HttpServerOptions,
  type RouteModule,
  type Routes,
  type ServerInfo,
} from './http/index.ts'
export type { ProvingErrorCode, WitnessErrorCode } from './proving/index.ts'
export {
  type CompileOptions,
  compileCircom,
  ensureProofSetup,
  type KeyDirectory,
  NativeProofEngine,
  NativeProofVerifier,
  type SetupOptions,
  type SourceFolders,
  WasmWitnessSource,
  type WitnessLimits,
} from './proving/io/index.ts'
export type { SettlementErrorCode } from './settlement/index.ts'
export {
  type Balance,
  type BitcoindCalls,
  type Coin,
  type CoinScanOptions,
  type Cost,
  createWallet,
  type IndexChange,
  type IndexComponents,
  type IndexEntry,
  type IndexEvents,
  IndexService,
  Inscriber,
  type InscriberComponents,
  type InscriberEvents,
  type InscriberNote,
  type InscriberOptions,
  InscriberService,
  InscriptionIndex,
  type JobView,
  type KnownSequences,
  type OnNote,
  openStore,
  openWallet,
  type Pays,
  parseSecretKey,
  type Query,
  type RecordLine,
  type RecordStanding,
  type RecordWarning,
  type ScanEvent,
  type ScanOptions,
  type SettlementPlaces,
  type Store,
  type StoreContent,
  type SupersededRecord,
  scanChain,
  settlementPlaces,
  type TicketCoin,
  Wallet,
  type WalletCoins,
  type WalletFileOptions,
  walletBalance,
  walletCoins,
} from './settlement/io/index.ts'

/** Where the verifier’s two files are taken from. */
export interface LoadVerifierOptions {
  /** A compact verifying key (`wsc setup --ptau FILE` makes the ceremony's), or its path; the development key otherwise. */
  readonly key?: Uint8Array | URL | string
  /** The WebAssembly module, or its path; the package's own otherwise. */
  readonly wasm?: Uint8Array | URL | string
  readonly signal?: AbortSignal
}

/**
 * Loads the verifier: WebAssembly and verifying key, below 3 MB together. Load once, verify many proofs.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { loadVerifier, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const proof = await readFile('regtest.proof')
 * const result = await verifyProof(proof, { params: regtest, verifier, now: Date.now() / 1000 })
 * console.log(result.ok ? `valid at height ${result.chain.height}` : result.reject)
 */
export async function loadVerifier(options: LoadVerifierOptions = {}): Promise<SnarkVerifier> {
  requireOptions('loadVerifier', options, LOAD_OPTIONS)
  const { signal } = options
  const [wasm, key] = await Promise.all([
    read(options.wasm ?? new URL('./bus/verifier/wsc-folding.wasm', import.meta.url), signal),
    read(options.key ?? new URL('./bus/verifier/dev.key', import.meta.url), signal),
  ])
  return openWasmVerifier(wasm, key)
}

/** Options of `loadProofVerifier`. */
export interface LoadProofVerifierOptions extends Omit<LoadVerifierOptions, 'key'> {
  /** The circuit's compact verifying key, or its path. */
  readonly key: Uint8Array | URL | string
}

/**
 * Loads a verifier of one circuit's one-shot proofs, by WebAssembly: no addon is needed to verify.
 *
 * @example
 * import { writeFile } from 'node:fs/promises'
 * import { compileCircom, ensureProofSetup, loadProofVerifier } from 'wsc-bitcoin'
 *
 * const source = 'template T() { signal input a; signal output b; b <== a * a; } component main = T();'
 * await writeFile('square.circom', `pragma circom 2.1.6; ${source}`)
 * const { verifierKey } = await ensureProofSetup(await compileCircom('square.circom'))
 * const verifier = await loadProofVerifier({ key: verifierKey })
 * const verdict = await verifier.verify(new Uint8Array(100), new Uint8Array(32))
 * console.log(verdict.ok || verdict.reject) // proof-malformed
 */
export async function loadProofVerifier(options: LoadProofVerifierOptions): Promise<ProofVerifier> {
  requireOptions('loadProofVerifier', options, { ...LOAD_OPTIONS, key: aFile })
  const { signal } = options
  const [wasm, key] = await Promise.all([
    read(options.wasm ?? new URL('./bus/verifier/wsc-folding.wasm', import.meta.url), signal),
    read(options.key, signal),
  ])
  return openWasmProofVerifier(wasm, key)
}

/**
 * Loads what reading storage verifies with (`readBlob`), by WebAssembly.
 *
 * @example
 * import { loadStorage, readBlob, regtest } from 'wsc-bitcoin'
 *
 * const kernel = await loadStorage()
 * const uri = `web3://${'00'.repeat(32)}:3669344250/`
 * const read = await readBlob(uri, { kernel, params: regtest, gateways: [] })
 * console.log(read.ok || read.reject) // not-found
 */
export async function loadStorage(options: Omit<LoadVerifierOptions, 'key'> = {}): Promise<StorageKernel> {
  requireOptions('loadStorage', options, { wasm: LOAD_OPTIONS.wasm, signal: LOAD_OPTIONS.signal })
  const { wasm = new URL('./bus/verifier/wsc-folding.wasm', import.meta.url), signal } = options
  return openWasmStorage(await read(wasm, signal))
}

const aFile: OptionRule = {
  what: 'a Uint8Array, a path or a URL',
  holds: (value) => aByteArray.holds(value) || aText.holds(value) || value instanceof URL,
}
const LOAD_OPTIONS: OptionRules<LoadVerifierOptions> = {
  key: optional(aFile),
  wasm: optional(aFile),
  signal: optional(aSignal),
}

async function read(source: Uint8Array | URL | string, signal?: AbortSignal): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source
  throwIfAborted(signal)
  const bytes = await readRegular(source, MAX_KEY_BYTES).catch((cause) => {
    throw verifierError('E_FETCH', `the verifier's ${String(source)} cannot be read`, { cause })
  })
  throwIfAborted(signal)
  if (bytes.length <= MAX_KEY_BYTES) return bytes
  throw verifierError('E_FETCH', `the verifier's ${String(source)} is longer than ${MAX_KEY_BYTES} bytes`)
}

export type { RateLimit } from './lib/index.ts'
export type { Durable, KeyRange, LevelStore, StoreWrite } from './lib/io/index.ts'
