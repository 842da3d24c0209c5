import {
  delay,
  Emitter,
  type Events,
  errorCode,
  type Rejection,
  Running,
  type RunningService,
} from '../../../lib/index.ts'
import { type FetchProofResult, fetchProof } from '../../sync/fetch-proof.ts'
import type { ProvedChain, VerifyOptions, VerifyReject } from '../../verify.ts'
import { ProofPlace } from './proof-place.ts'

export interface ProofFetcherComponents {
  /** A server of the bus. */
  readonly url: string
  /** The proof file to bring up to date. */
  readonly file: string
  /** For an answer in full. */
  readonly timeoutMs: number
  /** Between the end of one fetch and the next, once started; 60 s unless given. */
  readonly everyMs?: number | undefined
  /** How a proof is judged, as of now. */
  verifyOptions(): VerifyOptions
}

export interface ProofFetcherEvents {
  /** What lies in the file is no valid proof of this chain; it will be replaced. */
  readonly refused: Rejection<VerifyReject>
  /** A newer proof is in place; or the server answers again after trouble, and `newer` is false. */
  readonly fetched: { readonly chain: ProvedChain; readonly newer: boolean }
  /** The server's proof was not taken; told once as long as it is for the same reason. */
  readonly untaken: Extract<FetchProofResult, { ok: false }>
  /** The server could not be asked; told once as long as it is for the same reason. */
  readonly unreachable: Error
}

const EVERY_MS = 60_000

/** Brings a proof file up to date from a server that nobody needs to trust: what is held stays unless there is better. */
export class ProofFetcher implements RunningService {
  readonly #components: ProofFetcherComponents
  readonly #events = new Emitter<ProofFetcherEvents>()
  readonly #running = new Running()
  readonly #place: ProofPlace

  constructor(components: ProofFetcherComponents) {
    this.#components = components
    const { file, verifyOptions } = components
    this.#place = new ProofPlace({ file, verifyOptions, refused: (refused) => this.#events.emit('refused', refused) })
  }

  get events(): Events<ProofFetcherEvents> {
    return this.#events
  }

  /** Fetches again and again, every so many milliseconds. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.#place.look()
    this.#running.begin((ending) => this.#fetchOn(ending), signal)
  }

  stop(): Promise<void> {
    return this.#running.stop()
  }

  ended(): Promise<void> {
    return this.#running.ended()
  }

  /** Fetches once, and writes what is newer. Throws E_FETCH where the server could not be asked. */
  async fetch(signal?: AbortSignal): Promise<FetchProofResult> {
    const { url, timeoutMs, verifyOptions } = this.#components
    await this.#place.look()
    const options = { timeoutMs, ...(signal !== undefined && { signal }) }
    return await this.#place.put(await fetchProof(url, verifyOptions(), this.#place.held, options))
  }

  async #fetchOn(signal: AbortSignal): Promise<void> {
    let trouble = ''
    const once = (reason: string, emit: () => void) => {
      if (reason !== trouble && !signal.aborted) emit()
      trouble = reason
    }
    for (;;) {
      try {
        const result = await this.fetch(signal)
        if (!result.ok) {
          const { reject, detail } = result
          once(`${reject}: ${detail}`, () => this.#events.emit('untaken', result))
        } else {
          if (result.newer || trouble !== '') this.#events.emit('fetched', result)
          trouble = ''
        }
      } catch (error) {
        if (errorCode(error) !== 'E_FETCH') throw error
        once((error as Error).message, () => this.#events.emit('unreachable', error as Error))
      }
      await delay(this.#components.everyMs ?? EVERY_MS, signal)
    }
  }
}
