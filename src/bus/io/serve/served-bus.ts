import { createHash } from 'node:crypto'
import { readRegular } from '../../../lib/io/index.ts'
import { Attestor, type BlockSource, type PlaceSource } from '../../attestation/attestor.ts'
import { better } from '../../compare.ts'
import { MAX_PROOF_BYTES } from '../../proof-file.ts'
import type { ProvedChain, RefusedProof } from '../../verify.ts'
import type { History } from '../history/history.ts'
import { livePlaces, provedPlaces } from '../history/places.ts'
import type { HeaderSource } from '../prover/header-source.ts'

export interface ServedBusOptions {
  /** The proof file that a prover keeps current. */
  readonly file: string
  judge(proof: Uint8Array): Promise<ProvedChain | RefusedProof>
  readonly history: History
  /** Headers of the proof's chain. */
  readonly headers: HeaderSource
  readonly blocks: BlockSource
  /** Why a changed file is not served; the one before stays. */
  onTrouble?(message: string): void
  /** A proof is served, and the history is in step with it. */
  onProof?(chain: ProvedChain): void
}

/** What is served: one verified proof and what goes with it. */
export interface ServedProof {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string
  readonly chain: ProvedChain
  /** Throw E_NO_HEADERS, E_SOURCE or E_REORG while the history is not in step with the proof. */
  readonly places: PlaceSource
  readonly attestor: Attestor
}

/**
 * Follows a proof file: each new one is verified, and served once the history is in step with it; the first at once,
 * since there is no other. Nothing that is asked of it waits for the history or for who makes it.
 */
export class ServedBus {
  readonly #options: ServedBusOptions
  #current: ServedProof | null = null
  /** Verified and better than the current one; the history is not in step with it yet. */
  #next: ServedProof | null = null
  #seen = ''

  constructor(options: ServedBusOptions) {
    this.#options = options
  }

  get current(): ServedProof | null {
    return this.#current
  }

  /**
   * Looks at the file; takes it up where it holds a better proof than the one served. What the headers' source throws
   * is thrown; the next look goes on from there.
   */
  async look(signal?: AbortSignal): Promise<void> {
    const found = await this.#read()
    if (found !== null) await this.#judge(found.bytes, found.digest)
    if (this.#next !== null) await this.#takeUp(this.#next, signal)
  }

  /** Null where the file is not there, or is the one seen last. */
  async #read(): Promise<{ bytes: Uint8Array; digest: string } | null> {
    try {
      const bytes = await readRegular(this.#options.file, MAX_PROOF_BYTES)
      const digest = createHash('sha256').update(bytes).digest('hex')
      return digest === this.#seen ? null : { bytes, digest }
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error)
      if (this.#seen !== reason) this.#trouble(reason === 'ENOENT' ? 'it is not there yet' : reason)
      this.#seen = reason
      return null
    }
  }

  async #judge(bytes: Uint8Array, digest: string): Promise<void> {
    const chain = await this.#options.judge(bytes)
    this.#seen = digest
    if (!chain.valid) return this.#trouble(`${chain.reason}: ${chain.detail}`)
    if (this.#current !== null) {
      const compared = better(this.#current.chain, chain)
      if (!compared.ok) return this.#trouble(compared.detail)
      if (compared.better !== chain) return
    }
    const places = livePlaces(this.#options.history, chain)
    this.#next = { bytes, digest, chain, places, attestor: new Attestor(places, this.#options.blocks) }
    this.#current ??= this.#next
  }

  async #takeUp(next: ServedProof, signal: AbortSignal | undefined): Promise<void> {
    const { history, headers, onProof } = this.#options
    await history.sync(headers, next.chain.height, signal)
    await provedPlaces(history, next.chain)
    this.#current = next
    this.#next = null
    onProof?.(next.chain)
  }

  #trouble(message: string): void {
    this.#options.onTrouble?.(`${this.#options.file} is not served: ${message}`)
  }
}
