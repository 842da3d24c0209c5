import type { SnarkVerifier } from '../../proving/index.ts'
import type { VerifiedAttestation } from '../attestation/verify.ts'
import { verifyAttestationRequest } from './attestation-request.ts'
import { fetchFile } from './fetch-file.ts'
import type { FromWorker, LoadStage, ToWorker, VerifierFiles } from './messages.ts'
import { type RequestedNetwork, verifyProofRequest } from './proof-request.ts'
import { type VerifierErrorCode, verifierError, verifierErrorCode } from './verifier-error.ts'

/** The two members of a worker's global scope (or of a MessagePort) that are used. */
export interface WorkerScope {
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void
}

/** Makes a verifier of WebAssembly and key. */
export type OpenVerifier = (
  wasm: Uint8Array,
  key: Uint8Array,
  options: { readonly onStage: (stage: LoadStage) => void },
) => Promise<SnarkVerifier>

/** What a higher part reads out of a verified attestation; plain data, so that it crosses to the page. */
export type DescribeAttestation = (verified: VerifiedAttestation, network: RequestedNetwork) => unknown

/** Answers `startVerifier` on the other side: loads the verifier once, then verifies one proof or attestation after another. */
export function serveVerifier(scope: WorkerScope, open: OpenVerifier, describe?: DescribeAttestation): void {
  let loading: Promise<SnarkVerifier> | undefined
  let queue: Promise<void> = Promise.resolve()
  const wanted = new Set<number>()
  scope.addEventListener('message', ({ data }) => {
    // Whatever else is posted here is none of ours.
    if (typeof data !== 'object' || data === null) return
    if (data.kind === 'load') {
      loading = load(scope, open, data.files)
      // Whoever verifies gets the same failure; this only keeps it from being unhandled before that.
      loading.catch(() => undefined)
      return
    }
    if (data.kind === 'cancel') {
      wanted.delete(data.id)
      return
    }
    if (data.kind !== 'proof' && data.kind !== 'attestation') return
    wanted.add(data.id)
    // The first verification compiles functions lazily; two at once would only slow each other down.
    queue = queue.then(() => answer(scope, loading, wanted, data, describe))
  })
}

async function load(scope: WorkerScope, open: OpenVerifier, files: VerifierFiles): Promise<SnarkVerifier> {
  const begun = performance.now()
  try {
    const onStage = (stage: LoadStage) => scope.postMessage({ kind: 'stage', stage })
    onStage('fetch')
    const [wasm, key] = await Promise.all([fetchFile(files.wasm), fetchFile(files.key)])
    const verifier = await open(wasm, key, { onStage })
    const { keyId, setup } = verifier
    scope.postMessage({ kind: 'loaded', verifier: { keyId, setup, loadMs: performance.now() - begun } })
    return verifier
  } catch (error) {
    scope.postMessage({ kind: 'failed', id: null, ...failure(error) })
    throw error
  }
}

type Question = Extract<ToWorker, { kind: 'proof' | 'attestation' }>

async function answer(
  scope: WorkerScope,
  loading: Promise<SnarkVerifier> | undefined,
  wanted: Set<number>,
  question: Question,
  describe: DescribeAttestation | undefined,
): Promise<void> {
  const { id } = question
  try {
    if (loading === undefined) throw verifierError('E_WORKER', 'asked to verify before the verifier was loaded')
    const verifier = await loading
    // One task later: cancellations that came while the thread was busy are heard first.
    await new Promise((resolve) => setTimeout(resolve))
    if (!wanted.delete(id)) return
    scope.postMessage(await verdictOn(question, verifier, describe))
  } catch (error) {
    scope.postMessage({ kind: 'failed', id, ...failure(error) })
  }
}

async function verdictOn(
  question: Question,
  verifier: SnarkVerifier,
  describe: DescribeAttestation | undefined,
): Promise<FromWorker> {
  const { id, kind } = question
  const begun = performance.now()
  if (kind === 'proof') {
    const verdict = await verifyProofRequest(question.request, verifier)
    return { kind, id, verdict: { ...verdict, verifyMs: performance.now() - begun } }
  }
  const { request } = question
  const verdict = verifyAttestationRequest(request, verifier)
  const { result } = verdict
  const about = result.ok ? describe?.(result.verified, request.network ?? 'mainnet') : undefined
  return { kind, id, verdict: { ...verdict, about, verifyMs: performance.now() - begun } }
}

function failure(error: unknown): { code: VerifierErrorCode; message: string } {
  return { code: verifierErrorCode(error), message: error instanceof Error ? error.message : String(error) }
}
