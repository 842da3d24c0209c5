import {
  delay,
  Emitter,
  type Events,
  errorCode,
  type Rejection,
  Running,
  type RunningService,
} from '../../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../../lib/io/index.ts'
import { better } from '../../compare.ts'
import { type FetchProofResult, fetchProof, type HeldProof } from '../../sync/fetch-proof.ts'
import type { ProvedChain, VerifyOptions, VerifyReject } from '../../verify.ts'
import { findProof } from '../publish/held-proof.ts'

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
  #held: HeldProof | null = null
  #looked = false

  constructor(components: ProofFetcherComponents) {
    this.#components = components
  }

  get events(): Events<ProofFetcherEvents> {
    return this.#events
  }

  /** Fetches again and again, every so many milliseconds. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.#look()
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
    await this.#look()
    const options = { timeoutMs, ...(signal !== undefined && { signal }) }
    const fetched = await fetchProof(url, verifyOptions(), this.#held, options)
    const result = await this.#writeNewer(fetched)
    if (result.ok) this.#held = { bytes: result.bytes, chain: result.chain }
    return result
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

  /** What lies in the file from before. */
  async #look(): Promise<void> {
    if (this.#looked) return
    const { held, refused } = await findProof(this.#components.file, this.#components.verifyOptions())
    this.#held = held
    this.#looked = true
    if (refused !== null) this.#events.emit('refused', refused)
  }

  /**
   * What lies in the file now is read again: another process may have put a better one there since the server was asked,
   * and that one stays.
   */
  async #writeNewer(fetched: FetchProofResult): Promise<FetchProofResult> {
    if (!fetched.ok || !fetched.newer) return fetched
    const { file, verifyOptions } = this.#components
    const { held: there, refused } = await findProof(file, verifyOptions(), this.#held)
    if (refused !== null) this.#events.emit('refused', refused)
    if (there !== null && there !== this.#held) {
      const compared = better(there.chain, fetched.chain)
      if (!compared.ok) return compared
      if (compared.better === there.chain) return { ok: true, ...there, newer: false }
    }
    await writeAtomic(diskFiles, file, fetched.bytes)
    return fetched
  }
}
