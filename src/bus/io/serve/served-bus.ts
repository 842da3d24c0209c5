import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, Emitter, type Events } from '../../../lib/index.ts'
import { Attestor } from '../../attestation/attestor.ts'
import { OpenBlocks } from '../../attestation/open-blocks.ts'
import type { BlockSource, PlaceSource } from '../../attestation/sources.ts'
import { better, type CompareResult } from '../../compare.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import type { ProvedChain } from '../../verify.ts'
import type { ServedHistory } from './served-history.ts'

/** What a served bus answers from. */
export interface ServedBusComponents {
  readonly history: ServedHistory
  readonly blocks: BlockSource
}

/** What a served bus tells. */
export interface ServedBusEvents {
  /** A proof is served, and the history is in step with it. */
  readonly served: ProvedChain
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
 * Holds the one proof that is served. Whoever has verified proofs offers them: `ServedFile` those of a file that another
 * process keeps, a prover of the same process its own. A better one is served once the history is in step with it; the
 * first at once, since there is no other. Nothing that is asked of it waits for the history or for who makes it.
 */
export class ServedBus {
  readonly #components: ServedBusComponents
  /** Blocks are the same whatever proof is served. */
  readonly #blocks: OpenBlocks
  readonly #events = new Emitter<ServedBusEvents>()
  #current: ServedProof | null = null
  /** Better than the current one; the history is not in step with it yet. */
  #next: ServedProof | null = null

  constructor(components: ServedBusComponents) {
    this.#components = components
    this.#blocks = new OpenBlocks(components.blocks)
  }

  get current(): ServedProof | null {
    return this.#current
  }

  get events(): Events<ServedBusEvents> {
    return this.#events
  }

  /**
   * Takes in a proof that was verified, unless the one served, or the one that is to be next, is as good; tells where the
   * two cannot be compared.
   */
  offer({ bytes, chain }: HeldProof): CompareResult {
    const best = (this.#next ?? this.#current)?.chain
    const compared: CompareResult = best === undefined ? { ok: true, better: chain } : better(best, chain)
    if (compared.ok && compared.better === chain && best !== chain) {
      const places = this.#components.history.places(chain)
      const digest = bytesToHex(sha256(bytes))
      this.#next = { bytes, digest, chain, places, attestor: new Attestor(places, this.#blocks) }
      this.#current ??= this.#next
    }
    return compared
  }

  /**
   * Serves the proof offered last, once the history is in step with it. What the history throws is thrown, and the proof
   * before stays; the next call goes on from there.
   */
  async takeUp(signal?: AbortSignal): Promise<void> {
    const next = this.#next
    if (next === null) return
    await this.#components.history.inStep(next.chain, signal)
    if (this.#next === next) this.#next = null
    // One offered later may have overtaken it.
    if (this.#current !== next && this.#current !== null) {
      const compared = better(this.#current.chain, next.chain)
      if (!compared.ok || compared.better !== next.chain) return
    }
    this.#current = next
    this.#events.emit('served', next.chain)
  }
}
