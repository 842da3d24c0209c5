/** What loads the verifiers of the entry `wsc-bitcoin/browser`, from files that a page keeps or has as bytes. */
import { aFileSource, fetchFile, serveVerifier as serve, type VerifierFiles, type WorkerScope } from './bus/index.ts'
import { aSignal, optional, requireOptions } from './lib/index.ts'
import {
  openWasmProofVerifier,
  openWasmStorage,
  openWasmVerifier,
  type ProofVerifier,
  type SnarkVerifier,
  type StorageKernel,
} from './proving/index.ts'

/**
 * Loads the verifier into this thread. It blocks while it verifies (up to a second): a page uses `startVerifier` and a worker
 * instead.
 *
 * @example
 * import { loadVerifier, regtest, verifyProof } from 'wsc-bitcoin/browser'
 *
 * const verifier = await loadVerifier({ wasm: { url: 'wsc-folding.wasm' }, key: { url: 'dev.key' } })
 * const response = await fetch('regtest.proof')
 * const proof = new Uint8Array(await response.arrayBuffer())
 * const result = await verifyProof(proof, { params: regtest, verifier, now: Date.now() / 1000 })
 * console.log(result.ok ? `valid at height ${result.chain.height}` : result.reject)
 */
export async function loadVerifier(
  files: VerifierFiles,
  options: { readonly signal?: AbortSignal } = {},
): Promise<SnarkVerifier> {
  requireOptions('loadVerifier', files, { wasm: aFileSource, key: aFileSource })
  requireOptions('loadVerifier', options, { signal: optional(aSignal) })
  const { signal } = options
  const [wasm, key] = await Promise.all([fetchFile(files.wasm, signal), fetchFile(files.key, signal)])
  return openWasmVerifier(wasm, key)
}

/**
 * Loads a verifier of one circuit's one-shot proofs into this thread; the key is the circuit's.
 *
 * @example
 * import { loadProofVerifier } from 'wsc-bitcoin/browser'
 *
 * const verifier = await loadProofVerifier({ wasm: { url: 'wsc-folding.wasm' }, key: { url: 'circuit.key' } })
 * console.log(verifier.info.keyId)
 */
export async function loadProofVerifier(
  files: VerifierFiles,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ProofVerifier> {
  requireOptions('loadProofVerifier', files, { wasm: aFileSource, key: aFileSource })
  requireOptions('loadProofVerifier', options, { signal: optional(aSignal) })
  const { signal } = options
  const [wasm, key] = await Promise.all([fetchFile(files.wasm, signal), fetchFile(files.key, signal)])
  return openWasmProofVerifier(wasm, key)
}

/**
 * Loads what reading storage verifies with (`readBlob`): the same WebAssembly, without a key.
 *
 * @example
 * import { loadStorage, readBlob, regtest } from 'wsc-bitcoin/browser'
 *
 * const kernel = await loadStorage({ wasm: { url: 'wsc-folding.wasm' } })
 * const uri = `web3://${'00'.repeat(32)}:3669344250/`
 * const read = await readBlob(uri, { kernel, params: regtest, gateways: [] })
 * console.log(read.ok || read.reject) // not-found
 */
export async function loadStorage(
  files: Pick<VerifierFiles, 'wasm'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<StorageKernel> {
  requireOptions('loadStorage', files, { wasm: aFileSource })
  requireOptions('loadStorage', options, { signal: optional(aSignal) })
  return openWasmStorage(await fetchFile(files.wasm, options.signal))
}

/**
 * Makes a worker answer `startVerifier`: its script calls this once, and nothing else.
 *
 * @example
 * import { serveVerifier } from 'wsc-bitcoin/browser'
 *
 * serveVerifier(globalThis)
 */
export function serveVerifier(scope: WorkerScope): void {
  serve(scope, openWasmVerifier)
}
