import type { Rejection } from '../../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../../lib/io/index.ts'
import { better } from '../../compare.ts'
import type { FetchProofResult, HeldProof } from '../../sync/fetch-proof.ts'
import type { VerifyOptions, VerifyReject } from '../../verify.ts'
import { findProof } from '../publish/held-proof.ts'

export interface ProofPlaceComponents {
  /** The proof file to bring up to date. */
  readonly file: string
  verifyOptions(): VerifyOptions
  /** What lies in the file is no valid proof of this chain; it will be replaced. */
  refused(refused: Rejection<VerifyReject>): void
}

/** A proof file that is brought up to date from elsewhere: what it holds stays unless there is better. */
export class ProofPlace {
  readonly #components: ProofPlaceComponents
  #held: HeldProof | null = null
  #looked = false

  constructor(components: ProofPlaceComponents) {
    this.#components = components
  }

  /** The best proof seen so far; null before the first. */
  get held(): HeldProof | null {
    return this.#held
  }

  /** What lies in the file from before, once. */
  async look(): Promise<void> {
    if (this.#looked) return
    const { file, verifyOptions, refused: tell } = this.#components
    const { held, refused } = await findProof(file, verifyOptions())
    this.#held = held
    this.#looked = true
    if (refused !== null) tell(refused)
  }

  /** Writes what was found where it is newer than the proof held. One at a time. */
  async put(found: FetchProofResult): Promise<FetchProofResult> {
    const result = await this.#writeNewer(found)
    if (result.ok) this.#held = { bytes: result.bytes, chain: result.chain }
    return result
  }

  /**
   * What lies in the file now is read again: another process may have put a better one there since, and that one stays.
   */
  async #writeNewer(found: FetchProofResult): Promise<FetchProofResult> {
    if (!found.ok || !found.newer) return found
    const { file, verifyOptions, refused: tell } = this.#components
    const { held: there, refused } = await findProof(file, verifyOptions(), this.#held)
    if (refused !== null) tell(refused)
    if (there !== null && there !== this.#held) {
      const compared = better(there.chain, found.chain)
      if (!compared.ok) return compared
      if (compared.better === there.chain) return { ok: true, ...there, newer: false }
    }
    await writeAtomic(diskFiles, file, found.bytes)
    return found
  }
}
