import { createHash } from 'node:crypto'
import { Attestor, type BlockSource, type PlaceSource } from '../attestation/attestor.ts'
import { better } from '../compare.ts'
import { throwIfAborted } from '../errors.ts'
import type { History } from '../history/history.ts'
import { provedPlaces } from '../history/places.ts'
import { MAX_PROOF_BYTES } from '../proof-file.ts'
import { readRegular } from '../prover/files.ts'
import type { HeaderSource } from '../prover/header-source.ts'
import type { ProvedChain, RefusedProof } from '../verify.ts'

export interface ServedBusOptions {
  /** The proof file that a prover keeps current. */
  readonly file: string
  judge(proof: Uint8Array): Promise<ProvedChain | RefusedProof>
  readonly history: History
  /** Headers of the proof's chain. */
  readonly headers: HeaderSource
  readonly blocks: BlockSource
  /** Why a changed file is not served yet; the one before stays. */
  onTrouble?(message: string): void
  onProof?(chain: ProvedChain): void
}

/** What is served: one verified proof and what goes with it. */
export interface ServedProof {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string
  readonly chain: ProvedChain
  /** Null while the history is of another branch than the proof: a reorg is under way. */
  readonly material: { readonly places: PlaceSource; readonly attestor: Attestor } | null
}

/** Follows a proof file: each new one is verified, and served once the history is in step with it. */
export class ServedBus {
  readonly #options: ServedBusOptions
  #current: ServedProof | null = null
  #seen = ''
  readonly #readers = new Set<Promise<unknown>>()
  #writer: Promise<unknown> = Promise.resolve()

  constructor(options: ServedBusOptions) {
    this.#options = options
  }

  get current(): ServedProof | null {
    return this.#current
  }

  /** Runs work on the current proof while its history stands still; null before there is a proof. */
  async read<T>(work: (served: ServedProof) => Promise<T>): Promise<T | null> {
    await this.#writer
    if (this.#current === null) return null
    const reading = work(this.#current)
    const settled = reading.catch(() => undefined).finally(() => this.#readers.delete(settled))
    this.#readers.add(settled)
    return await reading
  }

  /** Looks at the file; takes it up where it holds a better proof than the one served. */
  async look(signal?: AbortSignal): Promise<void> {
    const { file, judge, onTrouble, onProof } = this.#options
    const trouble = (message: string) => onTrouble?.(`${file} is not served: ${message}`)
    let bytes: Uint8Array
    try {
      bytes = await readRegular(file, MAX_PROOF_BYTES)
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error)
      if (this.#seen !== reason) trouble(reason === 'ENOENT' ? 'it is not there yet' : reason)
      this.#seen = reason
      return
    }
    const digest = createHash('sha256').update(bytes).digest('hex')
    if (digest === this.#seen) return
    const chain = await judge(bytes)
    if (!chain.valid) {
      this.#seen = digest
      trouble(`${chain.reason}: ${chain.detail}`)
      return
    }
    if (this.#current !== null) {
      const compared = better(this.#current.chain, chain)
      if (!compared.ok || compared.better !== chain) {
        this.#seen = digest
        if (!compared.ok) trouble(compared.detail)
        return
      }
    }
    await this.#alone(() => this.#takeUp(bytes, digest, chain, signal))
    this.#seen = digest
    onProof?.(chain)
  }

  async #takeUp(bytes: Uint8Array, digest: string, chain: ProvedChain, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal)
    const { history, headers } = this.#options
    try {
      await history.sync(headers, chain.height, signal)
      this.#current = { bytes, digest, chain, material: await this.#material(chain) }
    } catch (error) {
      // The store may have left the branch of the proof served: that proof stays, paths to it do not.
      const { current } = this
      if (current !== null) {
        const material = await this.#material(current.chain).catch(() => null)
        this.#current = { ...current, material }
      }
      throw error
    }
  }

  async #material(chain: ProvedChain) {
    const places = await provedPlaces(this.#options.history, chain)
    return { places, attestor: new Attestor(places, this.#options.blocks) }
  }

  /** A reorg rewrites the history: who reads it ends first, and who comes meanwhile waits. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const turn = Promise.all([this.#writer, ...this.#readers]).then(work)
    this.#writer = turn.catch(() => undefined)
    await turn
  }
}
