import {
  asError,
  delay,
  Emitter,
  type Events,
  equalBytes,
  errorCode,
  isInterrupt,
  Running,
  type Service,
} from '../../../lib/index.ts'
import { readRegular } from '../../../lib/io/index.ts'
import { MAX_PROOF_BYTES } from '../../proof-file.ts'
import type { VerifyProofResult } from '../../verify.ts'
import type { ServedBus } from './served-bus.ts'

/** A proof file, and the served bus that takes its proofs. */
export interface ServedFileComponents {
  /** The proof file that a prover, of another process, keeps current. */
  readonly file: string
  readonly bus: ServedBus
  verify(proof: Uint8Array): Promise<VerifyProofResult>
}

/** What watching a proof file tells. */
export interface ServedFileEvents {
  /** Why what the file holds now is not served; the proof before stays. */
  readonly unserved: { readonly file: string; readonly detail: string }
  /** The history could not be brought in step; told once as long as it is the same, tried again at every look. */
  readonly behind: Error
}

/** Between two looks at the file. */
const LOOK_EVERY_MS = 500

/** Offers a served bus the proofs of a file: looks at it again and again, and verifies what is new. */
export class ServedFile implements Service {
  readonly #components: ServedFileComponents
  readonly #events = new Emitter<ServedFileEvents>()
  readonly #running = new Running()
  /** What was seen last: bytes that were judged, or why there were none. */
  #seen: Uint8Array | string = ''

  constructor(components: ServedFileComponents) {
    this.#components = components
  }

  get events(): Events<ServedFileEvents> {
    return this.#events
  }

  async start(signal?: AbortSignal): Promise<void> {
    this.#running.begin((ending) => this.#watch(ending), signal)
  }

  stop(): Promise<void> {
    return this.#running.stop()
  }

  ended(): Promise<void> {
    return this.#running.ended()
  }

  /**
   * One look: takes up what the file holds where it is better than what is served. What the history throws is thrown; the
   * next look goes on from there.
   */
  async look(signal?: AbortSignal): Promise<void> {
    const bytes = await this.#read()
    if (bytes !== null) await this.#verify(bytes)
    await this.#components.bus.takeUp(signal)
  }

  /** Null where the file is not there, or is the one seen last. */
  async #read(): Promise<Uint8Array | null> {
    try {
      const bytes = await readRegular(this.#components.file, MAX_PROOF_BYTES)
      return typeof this.#seen !== 'string' && equalBytes(bytes, this.#seen) ? null : bytes
    } catch (error) {
      const reason = errorCode(error) ?? String(error)
      if (this.#seen !== reason) this.#unserved(reason === 'ENOENT' ? 'it is not there yet' : reason)
      this.#seen = reason
      return null
    }
  }

  async #verify(bytes: Uint8Array): Promise<void> {
    const verified = await this.#components.verify(bytes)
    this.#seen = bytes
    if (!verified.ok) return this.#unserved(`${verified.reject}: ${verified.detail}`)
    const compared = this.#components.bus.offer({ bytes, chain: verified.chain })
    if (!compared.ok) this.#unserved(compared.detail)
  }

  async #watch(signal: AbortSignal): Promise<void> {
    let trouble = ''
    for (;;) {
      try {
        await this.look(signal)
        trouble = ''
      } catch (cause) {
        if (isInterrupt(cause, signal)) throw cause
        const error = asError(cause)
        if (error.message !== trouble) this.#events.emit('behind', error)
        trouble = error.message
      }
      await delay(LOOK_EVERY_MS, signal)
    }
  }

  #unserved(detail: string): void {
    this.#events.emit('unserved', { file: this.#components.file, detail })
  }
}
