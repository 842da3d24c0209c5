import {
  type FileSource,
  type LoadedVerifier,
  type LoadStage,
  startVerifier,
  type TimedJudgement,
  VerifierError,
  type VerifyRequest,
  type WorkerVerifier,
} from '../bus/pure.ts'

/** What the page shows. Times are of `performance.now()`. */
export type SessionState =
  | { readonly kind: 'loading'; readonly stage: LoadStage; readonly since: number; readonly waiting: boolean }
  | { readonly kind: 'ready'; readonly verifier: LoadedVerifier }
  | { readonly kind: 'verifying'; readonly verifier: LoadedVerifier; readonly since: number }
  | {
      readonly kind: 'judged'
      readonly verifier: LoadedVerifier
      readonly judgement: TimedJudgement
      readonly request: VerifyRequest
    }
  | { readonly kind: 'failed'; readonly error: VerifierError }

export interface SessionOptions {
  readonly wasm: FileSource
  /** The built-in verifying key. */
  readonly key: FileSource
  newWorker(): Worker
  onState(state: SessionState): void
}

export interface Session {
  /** Judges the latest request; what was asked before is given up. Undefined: nothing is asked. */
  ask(request: VerifyRequest | undefined): void
  /** Takes another verifying key, or the built-in one again. */
  useKey(key: Uint8Array | undefined): void
  /** Stops the computation at once: the worker is ended and a new one loaded. */
  cancel(): void
}

/** One worker at a time, one question at a time, the newest wins. */
export function startSession(options: SessionOptions): Session {
  let key: FileSource = options.key
  let request: VerifyRequest | undefined
  let verifier: WorkerVerifier | undefined
  let running: AbortController | undefined

  const load = () => {
    const since = performance.now()
    const mine = startVerifier(options.newWorker(), {
      files: { wasm: options.wasm, key },
      onStage: (stage) => {
        if (mine === verifier) options.onState({ kind: 'loading', stage, since, waiting: request !== undefined })
      },
    })
    verifier = mine
    options.onState({ kind: 'loading', stage: 'fetch', since, waiting: request !== undefined })
    return mine
  }

  const run = async () => {
    running?.abort()
    const controller = new AbortController()
    running = controller
    const { signal } = controller
    const asked = request
    try {
      const mine = verifier === undefined || verifier.ended ? load() : verifier
      const loaded = await mine.loaded
      if (signal.aborted) return
      if (asked === undefined) {
        options.onState({ kind: 'ready', verifier: loaded })
        return
      }
      options.onState({ kind: 'verifying', verifier: loaded, since: performance.now() })
      const judgement = await mine.verify(asked, { signal })
      if (signal.aborted) return
      options.onState({ kind: 'judged', verifier: loaded, judgement, request: asked })
    } catch (error) {
      if (signal.aborted) return
      const known = error instanceof VerifierError ? error : new VerifierError('E_WORKER', String(error))
      // What went wrong inside may go on being wrong: the next question gets a new worker.
      if (known.code === 'E_WORKER') verifier?.close()
      options.onState({ kind: 'failed', error: known })
    }
  }

  void run()
  return {
    ask(next) {
      request = next
      void run()
    },
    useKey(bytes) {
      key = bytes ?? options.key
      verifier?.close()
      void run()
    },
    cancel() {
      request = undefined
      verifier?.close()
      void run()
    },
  }
}
