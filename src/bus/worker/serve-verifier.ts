import type { SnarkVerifier } from '../../proving/index.ts'
import { fetchFile } from './fetch-file.ts'
import { judgeProof } from './judge.ts'
import type { FromWorker, LoadStage, ToWorker, VerifierFiles } from './messages.ts'
import { VerifierError } from './verifier-error.ts'

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

/** Answers `startVerifier` on the other side: loads the verifier once, then judges one proof after another. */
export function serveVerifier(scope: WorkerScope, open: OpenVerifier): void {
  let loading: Promise<SnarkVerifier> | undefined
  let queue: Promise<void> = Promise.resolve()
  scope.addEventListener('message', ({ data }) => {
    if (data.kind === 'load') {
      loading = load(scope, open, data.files)
      // Whoever verifies gets the same failure; this only keeps it from being unhandled before that.
      loading.catch(() => undefined)
      return
    }
    // The first verification compiles functions lazily; two at once would only slow each other down.
    queue = queue.then(() => judge(scope, loading, data))
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

async function judge(
  scope: WorkerScope,
  loading: Promise<SnarkVerifier> | undefined,
  { id, request }: Extract<ToWorker, { kind: 'verify' }>,
): Promise<void> {
  try {
    if (loading === undefined) throw new VerifierError('E_WORKER', 'asked to verify before the verifier was loaded')
    const verifier = await loading
    const begun = performance.now()
    const judgement = await judgeProof(request, verifier)
    scope.postMessage({ kind: 'judged', id, judgement: { ...judgement, verifyMs: performance.now() - begun } })
  } catch (error) {
    scope.postMessage({ kind: 'failed', id, ...failure(error) })
  }
}

function failure(error: unknown): { code: VerifierError['code']; message: string } {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof VerifierError) return { code: error.code, message }
  return { code: (error as { code?: unknown }).code === 'E_KEY' ? 'E_KEY' : 'E_WORKER', message }
}
