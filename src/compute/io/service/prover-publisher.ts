import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { bytesToHex, equalBytes } from '../../../lib/index.ts'
import { composeInscription, type RecordSigner } from '../../../settlement/index.ts'
import type { Cost, InscriberService, RecordStanding } from '../../../settlement/io/index.ts'
import { computeError } from '../../errors.ts'
import { proverDraft, proverProgram } from '../../scheduling/registration.ts'

export interface ProverPublisherComponents {
  /** Started, and with an index that has all the node has. */
  readonly inscriber: Pick<InscriberService, 'inscribe' | 'quote' | 'resume' | 'standing'>
  readonly client: Pick<BitcoindClient, 'getBestBlock'>
  readonly wallet: RecordSigner & { readonly publicKey: Uint8Array }
}

/** Inscribes which peer proves for an author. What is on its way and says the same is sent again, and not paid for twice. */
export class ProverPublisher {
  readonly #components: ProverPublisherComponents

  constructor(components: ProverPublisherComponents) {
    this.#components = components
  }

  /** Whether something new was inscribed. @param peer 32 bytes; null withdraws */
  async publish(peer: Uint8Array | null, feeRate?: number): Promise<boolean> {
    const { inscriber } = this.#components
    const standing = await this.#standing()
    const last = standing.waiting.at(-1)
    // What came after it from elsewhere may say something else.
    if (last !== undefined && last.seq === standing.lastSeq && equalBytes(last.output, peer ?? new Uint8Array())) {
      await inscriber.resume()
      return false
    }
    await inscriber.inscribe([await this.#envelope(peer, standing)], feeRate)
    return true
  }

  async quote(peer: Uint8Array | null, feeRate?: number): Promise<Cost> {
    return await this.#components.inscriber.quote([await this.#envelope(peer, await this.#standing())], feeRate)
  }

  async #standing(): Promise<RecordStanding> {
    const { inscriber, wallet } = this.#components
    return await inscriber.standing({ author: bytesToHex(wallet.publicKey), program: bytesToHex(proverProgram()) })
  }

  async #envelope(peer: Uint8Array | null, { lastSeq }: RecordStanding): Promise<Uint8Array> {
    const { client, wallet } = this.#components
    const { height, hash: blockHash } = await client.getBestBlock()
    const made = composeInscription(proverDraft(peer, { height, blockHash, seq: (lastSeq ?? 0) + 1 }), wallet)
    if (made.ok) return made.envelope
    throw computeError('E_RECORD', `the registration cannot be inscribed: ${made.detail}`)
  }
}
