import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { bytesToHex } from '../../../lib/index.ts'
import type { RecordSigner } from '../../record/compose.ts'
import type { Publication } from '../../record/publication.ts'
import { recordEnvelope } from '../../record/record-envelope.ts'
import type { InscriberService } from './inscriber-service.ts'
import type { JobView } from './job-view.ts'
import type { Cost } from './plan.ts'
import type { RecordStanding } from './record-standing.ts'

export interface RecordPublisherComponents {
  /** Started, and with an index that has all the node has. */
  readonly inscriber: Pick<InscriberService, 'inscribe' | 'quote' | 'resume' | 'standing'>
  readonly client: Pick<BitcoindClient, 'getBestBlock'>
  readonly wallet: RecordSigner & { readonly publicKey: Uint8Array }
}

/**
 * Inscribes what an author says, as of the node's newest block. Its `seq` is above all that are known: in the chain, in the
 * mempool, and on their way from here. What is on its way and says the same is sent again, and not paid for twice.
 */
export class RecordPublisher {
  readonly #components: RecordPublisherComponents

  constructor(components: RecordPublisherComponents) {
    this.#components = components
  }

  /** The job of a record that says this; null where one is on its way: it was sent again, and nothing more is paid. */
  async publish(what: Publication, feeRate?: number): Promise<JobView | null> {
    const { inscriber } = this.#components
    const standing = await this.#standing(what)
    const last = standing.waiting.at(-1)
    // What came after it from elsewhere may say something else.
    if (last !== undefined && last.seq === standing.lastSeq && what.saysSame(last)) {
      await inscriber.resume()
      return null
    }
    return await inscriber.inscribe([await this.#envelope(what, standing)], feeRate)
  }

  async quote(what: Publication, feeRate?: number): Promise<Cost> {
    const envelope = await this.#envelope(what, await this.#standing(what))
    return await this.#components.inscriber.quote([envelope], feeRate)
  }

  async #standing({ program }: Publication): Promise<RecordStanding> {
    const { inscriber, wallet } = this.#components
    return await inscriber.standing({ author: bytesToHex(wallet.publicKey), program: bytesToHex(program) })
  }

  async #envelope(what: Publication, { lastSeq }: RecordStanding): Promise<Uint8Array> {
    const { client, wallet } = this.#components
    const { height, hash: blockHash } = await client.getBestBlock()
    return recordEnvelope(what.draft({ height, blockHash, seq: (lastSeq ?? 0) + 1 }), wallet)
  }
}
