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

  const fail = (error: unknown) => {
    const known = error instanceof VerifierError ? error : new VerifierError('E_WORKER', String(error))
    if (known.code === 'E_WORKER' || known.code === 'E_FETCH' || known.code === 'E_KEY') verifier = undefined
    options.onState({ kind: 'failed', error: known })
  }

  const load = () => {
    verifier?.close()
    const since = performance.now()
    const mine = startVerifier(options.newWorker(), {
      files: { wasm: options.wasm, key },
      onStage: (stage) => {
        if (mine === verifier) options.onState({ kind: 'loading', stage, since, waiting: request !== undefined })
      },
    })
    verifier = mine
    options.onState({ kind: 'loading', stage: 'fetch', since, waiting: request !== undefined })
    mine.loaded.then(
      (loaded) => {
        if (mine === verifier && request === undefined) options.onState({ kind: 'ready', verifier: loaded })
      },
      (error) => {
        if (mine === verifier) fail(error)
      },
    )
    return mine
  }

  const run = async () => {
    running?.abort()
    const asked = request
    if (asked === undefined) return
    const controller = new AbortController()
    running = controller
    const mine = verifier ?? load()
    try {
      const loaded = await mine.loaded
      if (controller.signal.aborted) return
      options.onState({ kind: 'verifying', verifier: loaded, since: performance.now() })
      const judgement = await mine.verify(asked, { signal: controller.signal })
      options.onState({ kind: 'judged', verifier: loaded, judgement, request: asked })
    } catch (error) {
      if (!controller.signal.aborted) fail(error)
    }
  }

  load()
  return {
    ask(next) {
      request = next
      void run()
    },
    useKey(bytes) {
      key = bytes ?? options.key
      running?.abort()
      load()
      void run()
    },
    cancel() {
      request = undefined
      running?.abort()
      load()
    },
  }
}
