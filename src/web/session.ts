import {
  type FileSource,
  type LoadedVerifier,
  type LoadStage,
  startVerifier,
  type TimedAttestationVerdict,
  type TimedProofVerdict,
  type VerifierError,
  type VerifyProofRequest,
  verifierError,
  verifierErrorCode,
  type WorkerVerifier,
} from '../bus/index.ts'
import type { CertificateQuestion, CertificateVerdict } from './certificate-messages.ts'

/** A proof to judge, and perhaps an attestation and a certificate to check under it. */
export interface Question {
  readonly request: VerifyProofRequest
  readonly attestation?: Uint8Array
  readonly certificate?: Uint8Array
}

/** What the page shows. Times are of `performance.now()`. */
export type SessionState =
  | { readonly kind: 'loading'; readonly stage: LoadStage; readonly since: number; readonly waiting: boolean }
  | { readonly kind: 'ready'; readonly verifier: LoadedVerifier }
  | {
      /** The proof, and then the attestation. */
      readonly kind: 'verifying' | 'checking'
      readonly verifier: LoadedVerifier
      readonly since: number
      readonly question: Question
    }
  | {
      readonly kind: 'judged'
      readonly verifier: LoadedVerifier
      readonly question: Question
      readonly judgement: TimedProofVerdict
      /** Absent where there is no attestation, or the proof is refused: then nothing can be checked under it. */
      readonly check?: TimedAttestationVerdict
      /** Instead of a check that could not be made: the proof's own judgement holds all the same. */
      readonly unchecked?: VerifierError
      /** Of the certificate, where there is one and the proof holds. */
      readonly certified?: CertificateVerdict
    }
  | { readonly kind: 'failed'; readonly error: VerifierError }

export interface SessionOptions {
  readonly wasm: FileSource
  /** The built-in verifying key. */
  readonly key: FileSource
  newWorker(): Worker
  /** Verifies a certificate; what that takes is loaded then. */
  certify(question: Omit<CertificateQuestion, 'wasm' | 'key'>, signal: AbortSignal): Promise<CertificateVerdict>
  onState(state: SessionState): void
}

export interface Session {
  /** Judges the latest question; what was asked before is given up. Undefined: nothing is asked. */
  ask(question: Question | undefined): void
  /** Takes another verifying key, or the built-in one again. */
  useKey(key: Uint8Array | undefined): void
  /** Stops the computation at once: the worker is ended and a new one loaded. */
  cancel(): void
}

/** One worker at a time, one question at a time, the newest wins. */
export function startSession(options: SessionOptions): Session {
  let key: FileSource = options.key
  let question: Question | undefined
  let verifier: WorkerVerifier | undefined
  let running: AbortController | undefined

  const load = () => {
    const since = performance.now()
    const mine = startVerifier(options.newWorker(), {
      files: { wasm: options.wasm, key },
      onStage: (stage) => {
        if (mine === verifier) options.onState({ kind: 'loading', stage, since, waiting: question !== undefined })
      },
    })
    verifier = mine
    options.onState({ kind: 'loading', stage: 'fetch', since, waiting: question !== undefined })
    return mine
  }

  const run = async () => {
    running?.abort()
    const controller = new AbortController()
    running = controller
    const { signal } = controller
    const asked = question
    try {
      const mine = verifier === undefined || verifier.ended ? load() : verifier
      const loaded = await mine.loaded
      if (signal.aborted) return
      if (asked === undefined) {
        options.onState({ kind: 'ready', verifier: loaded })
        return
      }
      const { request, attestation, certificate } = asked
      const since = performance.now()
      options.onState({ kind: 'verifying', verifier: loaded, since, question: asked })
      const judgement = await mine.verifyProof(request, { signal })
      if (signal.aborted) return
      const judged = { kind: 'judged', verifier: loaded, question: asked, judgement } as const
      const { result } = judgement
      if ((attestation === undefined && certificate === undefined) || !result.ok) {
        options.onState(judged)
        return
      }
      options.onState({ kind: 'checking', verifier: loaded, since, question: asked })
      const { chain } = result
      const { network = 'mainnet', allowInsecureSetup = false } = request
      const checked =
        attestation === undefined
          ? {}
          : await mine.verifyAttestation({ attestation, chain, network }, { signal }).then(
              (check) => ({ check }),
              (error) => ({ unchecked: known(error) }),
            )
      if (signal.aborted) return
      if ('unchecked' in checked) endBroken(checked.unchecked as VerifierError)
      const certified =
        certificate === undefined
          ? {}
          : { certified: await options.certify({ certificate, chain, network, allowInsecureSetup }, signal) }
      if (signal.aborted) return
      options.onState({ ...judged, ...checked, ...certified })
    } catch (error) {
      if (signal.aborted) return
      endBroken(known(error))
      options.onState({ kind: 'failed', error: known(error) })
    }
  }

  // What went wrong inside may go on being wrong: the next question gets a new worker.
  const endBroken = ({ code }: VerifierError) => {
    if (code === 'E_WORKER') verifier?.close()
  }

  void run()
  return {
    ask(next) {
      question = next
      void run()
    },
    useKey(bytes) {
      key = bytes ?? options.key
      verifier?.close()
      void run()
    },
    cancel() {
      question = undefined
      verifier?.close()
      void run()
    },
  }
}

function known(error: unknown): VerifierError {
  return verifierError(verifierErrorCode(error), error instanceof Error ? error.message : String(error), {
    cause: error,
  })
}
