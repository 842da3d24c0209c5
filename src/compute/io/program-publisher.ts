import type { BitcoindClient } from '../../bitcoin/io/index.ts'
import { bytesToHex, equalBytes } from '../../lib/index.ts'
import type { Cost, InscriberService, InscriptionIndex, JobView, Wallet } from '../../settlement/io/index.ts'
import { PROGRAM_KIND, type PublishedProgram, programDraft } from '../bundle/program-record.ts'
import { recordEnvelope } from './record-envelope.ts'

export interface ProgramPublisherComponents {
  /** Started, and with an index that has all the node has. */
  readonly inscriber: Pick<InscriberService, 'inscribe' | 'quote' | 'resume' | 'standing'>
  readonly index: Pick<InscriptionIndex, 'query'>
  readonly client: Pick<BitcoindClient, 'getBestBlock'>
  readonly wallet: Wallet
}

/** What became of a program's record. */
export type Published =
  | { readonly state: 'inscribed'; readonly job: JobView }
  /** The same was inscribed before and is not final: it was sent again, and nothing more is paid. */
  | { readonly state: 'waiting' }
  /** This author's last record of the program in the chain says the same. */
  | { readonly state: 'stands'; readonly record: string }

/** Inscribes where the bundle of a program is. Done again it goes on, and pays for nothing twice. */
export class ProgramPublisher {
  readonly #components: ProgramPublisherComponents

  constructor(components: ProgramPublisherComponents) {
    this.#components = components
  }

  async publish(what: PublishedProgram, feeRate?: number): Promise<Published> {
    const { inscriber } = this.#components
    const record = await this.#standing(what)
    if (record !== null) return { state: 'stands', record }
    const { lastSeq, waiting } = await this.#line(what)
    const last = waiting.at(-1)
    if (last !== undefined && last.seq === lastSeq && equalBytes(last.body, what.manifest)) {
      await inscriber.resume()
      return { state: 'waiting' }
    }
    return { state: 'inscribed', job: await inscriber.inscribe([await this.#envelope(what, lastSeq)], feeRate) }
  }

  async quote(what: PublishedProgram, feeRate?: number): Promise<Cost> {
    const { lastSeq } = await this.#line(what)
    return await this.#components.inscriber.quote([await this.#envelope(what, lastSeq)], feeRate)
  }

  #line({ program }: PublishedProgram) {
    const { inscriber, wallet } = this.#components
    return inscriber.standing({ author: bytesToHex(wallet.publicKey), program: bytesToHex(program) })
  }

  /** The inscription's id of this author's last record that counts, where it names the same bundle; else null. */
  async #standing({ program, content }: PublishedProgram): Promise<string | null> {
    const { index, wallet } = this.#components
    const line = { author: bytesToHex(wallet.publicKey), program: bytesToHex(program) }
    let last: { readonly id: string; readonly output: string | undefined } | null = null
    for await (const { id, record } of index.query({ ...line, kind: PROGRAM_KIND, records: true })) {
      last = { id, output: record?.output }
    }
    return last !== null && last.output === bytesToHex(content) ? last.id : null
  }

  async #envelope(what: PublishedProgram, lastSeq: number | null): Promise<Uint8Array> {
    const { client, wallet } = this.#components
    const { height, hash: blockHash } = await client.getBestBlock()
    return recordEnvelope(programDraft(what, { height, blockHash, seq: (lastSeq ?? 0) + 1 }), wallet)
  }
}
