import { Emitter, type Events, type Rejection, type Service } from '../../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../../lib/io/index.ts'
import { busError } from '../../errors.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import { type ProvedChain, type VerifyOptions, type VerifyReject, verifyProof } from '../../verify.ts'
import { findProof, stays } from './held-proof.ts'

export interface PublisherComponents {
  /** The proof file to keep current. */
  readonly file: string
  /** How a proof of this chain is judged, as of now. */
  verifyOptions(): VerifyOptions
}

export interface PublisherEvents {
  /** What lies in the file is no valid proof of this chain; it will be replaced. */
  readonly refused: Rejection<VerifyReject>
  /** In place, and what `current` gives from now on. */
  readonly published: HeldProof
  /** The file keeps its proof: `made` has no more work. */
  readonly kept: { readonly held: ProvedChain; readonly made: ProvedChain }
}

/**
 * Puts proofs in place of an earlier one: each is verified first, and a better one that lies there from before stays. Who
 * reads the file sees the old proof or the new one; who runs in the same process takes it from here.
 */
export class ProofPublisher implements Service {
  readonly file: string
  readonly #verifyOptions: () => VerifyOptions
  readonly #events = new Emitter<PublisherEvents>()
  #current: HeldProof | null = null

  constructor({ file, verifyOptions }: PublisherComponents) {
    this.file = file
    this.#verifyOptions = verifyOptions
  }

  get events(): Events<PublisherEvents> {
    return this.#events
  }

  /** The proof that lies in the file, verified; null where none does. */
  get current(): HeldProof | null {
    return this.#current
  }

  /** Takes up what lies there from before: without it the first proof replaces whatever it is. */
  async start(): Promise<void> {
    const { held, refused } = await findProof(this.file, this.#verifyOptions())
    this.#current = held
    if (refused !== null) this.#events.emit('refused', refused)
  }

  /** Null where the proof held stays. Throws E_ENGINE where the new one does not verify: it was made wrongly. */
  async publish(bytes: Uint8Array): Promise<ProvedChain | null> {
    const result = await verifyProof(bytes, this.#verifyOptions())
    if (!result.ok) throw busError('E_ENGINE', `the new proof does not verify: ${result.reject}: ${result.detail}`)
    const made = result.chain
    if (this.#current !== null && stays(this.#current.chain, made)) {
      this.#events.emit('kept', { held: this.#current.chain, made })
      return null
    }
    await writeAtomic(diskFiles, this.file, bytes)
    this.#current = { bytes, chain: made }
    this.#events.emit('published', this.#current)
    return made
  }

  async stop(): Promise<void> {}
}
