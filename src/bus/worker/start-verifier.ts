import { aFunction, aSignal, having, type OptionRules, optional, requireOptions } from '../../lib/index.ts'
import type { VerifyAttestationRequest } from './attestation-request.ts'
import { aFileSource } from './fetch-file.ts'
import type {
  FromWorker,
  LoadedVerifier,
  LoadStage,
  TimedAttestationVerdict,
  TimedProofVerdict,
  ToWorker,
  VerifierFiles,
} from './messages.ts'
import type { VerifyProofRequest } from './proof-request.ts'
import { type VerifierError, verifierError } from './verifier-error.ts'

/** The members of `Worker` that are used. */
export interface WorkerLike {
  postMessage(message: ToWorker): void
  addEventListener(type: 'message', listener: (event: { readonly data: FromWorker }) => void): void
  addEventListener(type: 'error' | 'messageerror', listener: (event: { readonly message?: string }) => void): void
  terminate(): void
}

/** A verifier that works in a worker, one question after another. */
export interface WorkerVerifier {
  /** Settles when the verifier is ready, or with the reason why it never will be. */
  readonly loaded: Promise<LoadedVerifier>
  /** True once nothing can be verified here any more: loading failed, the worker died, or it was closed. */
  readonly ended: boolean
  /** Aborting gives up waiting, and judging if that has not begun; only `close` ends a running computation. */
  verifyProof(request: VerifyProofRequest, options?: AskOptions): Promise<TimedProofVerdict>
  /** Verifies an attestation under a chain that `verifyProof` found proved. */
  verifyAttestation(request: VerifyAttestationRequest, options?: AskOptions): Promise<TimedAttestationVerdict>
  /** Ends the worker, whatever it does; everything still awaited rejects with `E_ABORTED`. */
  close(): void
}

/** What a verifier in a worker is made of, and who hears how far it is. */
export interface StartOptions {
  readonly files: VerifierFiles
  readonly onStage?: (stage: LoadStage) => void
}

/** Of one question to a verifier in a worker. */
export interface AskOptions {
  readonly signal?: AbortSignal
}

const START_OPTIONS: OptionRules<StartOptions> = {
  files: having('the verifier’s files', { wasm: aFileSource, key: aFileSource }),
  onStage: optional(aFunction),
}
const ASK_OPTIONS: OptionRules<AskOptions> = { signal: optional(aSignal) }

type Question = Extract<ToWorker, { kind: 'proof' | 'attestation' }>
type Answer = Extract<FromWorker, { kind: 'proof' | 'attestation' }>

interface Waiting {
  resolve(answer: Answer): void
  reject(error: VerifierError): void
}

/**
 * Loads a verifier in `worker`, whose script calls `serveVerifier`, and verifies there.
 *
 * @example
 * import { startVerifier } from 'wsc-bitcoin/browser'
 *
 * const worker = new Worker('worker.js', { type: 'module' }) // calls serveVerifier
 * const verifier = startVerifier(worker, { files: { wasm: { url: 'wsc-folding.wasm' }, key: { url: 'dev.key' } } })
 * const response = await fetch('regtest.proof')
 * const proof = new Uint8Array(await response.arrayBuffer())
 * const { result } = await verifier.verifyProof({ proof, network: 'regtest', now: Math.floor(Date.now() / 1000) })
 * verifier.close()
 * console.log(result.ok ? result.chain.network : result.reject) // regtest
 */
export function startVerifier(worker: WorkerLike, options: StartOptions): WorkerVerifier {
  requireOptions('startVerifier', options, START_OPTIONS)
  const waiting = new Map<number, Waiting>()
  const ready = Promise.withResolvers<LoadedVerifier>()
  let nextId = 0
  let ended: VerifierError | undefined

  const end = (error: VerifierError) => {
    ended ??= error
    worker.terminate()
    ready.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.addEventListener('message', ({ data }) => {
    if (data.kind === 'stage') options.onStage?.(data.stage)
    else if (data.kind === 'loaded') ready.resolve(data.verifier)
    else if (data.kind === 'failed' && data.id === null) end(verifierError(data.code, data.message))
    else {
      const entry = waiting.get(data.id as number)
      waiting.delete(data.id as number)
      if (data.kind !== 'failed') entry?.resolve(data)
      else entry?.reject(verifierError(data.code, data.message))
    }
  })
  const broken = (event: { readonly message?: string }) =>
    end(verifierError('E_WORKER', `the worker failed${event.message ? `: ${event.message}` : ' to start'}`))
  worker.addEventListener('error', broken)
  worker.addEventListener('messageerror', broken)
  ready.promise.catch(() => undefined)
  worker.postMessage({ kind: 'load', files: options.files })

  const ask = async (make: (id: number) => Question, options: AskOptions = {}): Promise<Answer> => {
    requireOptions('a WorkerVerifier', options, ASK_OPTIONS)
    const { signal } = options
    if (ended !== undefined) throw ended
    const aborted = () => verifierError('E_ABORTED', 'interrupted', { cause: signal?.reason })
    if (signal?.aborted) throw aborted()
    const id = nextId++
    try {
      worker.postMessage(make(id))
    } catch (cause) {
      const why = (cause as Error).message
      throw verifierError('E_REQUEST', `the request cannot cross to the worker: ${why}`, { cause })
    }
    const answer = Promise.withResolvers<Answer>()
    const onAbort = () => {
      if (waiting.delete(id)) worker.postMessage({ kind: 'cancel', id })
      answer.reject(aborted())
    }
    waiting.set(id, answer)
    signal?.addEventListener('abort', onAbort, { once: true })
    return await answer.promise.finally(() => signal?.removeEventListener('abort', onAbort))
  }
  const unexpected = ({ kind }: Answer) =>
    verifierError('E_WORKER', `the worker answered “${kind}” to another question`)

  return {
    loaded: ready.promise,
    get ended() {
      return ended !== undefined
    },
    async verifyProof(request, options) {
      const answer = await ask((id) => ({ kind: 'proof', id, request }), options)
      if (answer.kind !== 'proof') throw unexpected(answer)
      return answer.verdict
    },
    async verifyAttestation(request, options) {
      const answer = await ask((id) => ({ kind: 'attestation', id, request }), options)
      if (answer.kind !== 'attestation') throw unexpected(answer)
      return answer.verdict
    },
    close: () => end(verifierError('E_ABORTED', 'the verifier was closed')),
  }
}
