import type { BitcoindClient } from '../../bitcoin/io/index.ts'
import { bytesToHex, equalBytes } from '../../lib/index.ts'
import type { RecordSigner } from '../../settlement/index.ts'
import type { Cost, InscriberService, JobView } from '../../settlement/io/index.ts'
import { type RecordContent, recordDraft } from '../record-draft.ts'
import { recordEnvelope } from './record-envelope.ts'

export interface RecordPublisherComponents {
  /** Started, and with an index that has all the node has. */
  readonly inscriber: Pick<InscriberService, 'inscribe' | 'quote' | 'resume' | 'standing'>
  readonly client: Pick<BitcoindClient, 'getBestBlock'>
  readonly wallet: RecordSigner & { readonly publicKey: Uint8Array }
}

/**
 * Inscribes what an author says of a program, as of the node's newest block. Its `seq` is above all that are known; what is on its
 * way and says the same is sent again, and not paid for twice.
 */
export class RecordPublisher {
  readonly #components: RecordPublisherComponents

  constructor(components: RecordPublisherComponents) {
    this.#components = components
  }

  /** The job of a record that says this; null where one is on its way: it was sent again, and nothing more is paid. */
  async publish(what: RecordContent, feeRate?: number): Promise<JobView | null> {
    const { inscriber } = this.#components
    const { lastSeq, waiting } = await this.#standing(what)
    const last = waiting.at(-1)
    // What came after it from elsewhere may say something else.
    const isLast = last !== undefined && last.seq === lastSeq
    if (isLast && equalBytes(last.output, what.output) && equalBytes(last.body, what.body)) {
      await inscriber.resume()
      return null
    }
    return await inscriber.inscribe([await this.#envelope(what, lastSeq)], feeRate)
  }

  async quote(what: RecordContent, feeRate?: number): Promise<Cost> {
    const { lastSeq } = await this.#standing(what)
    return await this.#components.inscriber.quote([await this.#envelope(what, lastSeq)], feeRate)
  }

  async #standing({ program }: RecordContent) {
    const { inscriber, wallet } = this.#components
    return await inscriber.standing({ author: bytesToHex(wallet.publicKey), program: bytesToHex(program) })
  }

  async #envelope(what: RecordContent, lastSeq: number | null): Promise<Uint8Array> {
    const { client, wallet } = this.#components
    const { height, hash: blockHash } = await client.getBestBlock()
    return recordEnvelope(recordDraft(what, { height, blockHash, seq: (lastSeq ?? 0) + 1 }), wallet)
  }
}
