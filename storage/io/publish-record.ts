import type { BitcoindClient } from '../../src/bitcoin/io/index.ts'
import { bytesToHex, equalBytes, hexToBytes } from '../../src/lib/index.ts'
import { composeInscription, type Draft } from '../../src/settlement/index.ts'
import type { Cost, InscriberService, RecordStanding, Wallet } from '../../src/settlement/io/index.ts'
import type { StorageParams } from '../params.ts'
import { decodeBody } from '../records/bodies.ts'
import { nameDraft, providerDraft, type RecordContext, withdrawalDraft } from '../records/drafts.ts'
import { nameProgram, providerProgram } from '../records/programs.ts'

/** What a record of an author's is to say. */
export type Publication =
  /** A name means this blob; null takes it back. */
  | { readonly kind: 'name'; readonly name: string; readonly id: string | null }
  /** The author provides by the peer with this key; both halves have 32 bytes. */
  | { readonly kind: 'provider'; readonly peer: { readonly key: Uint8Array; readonly secretKey: Uint8Array } }
  | { readonly kind: 'withdrawal' }

export interface PublisherComponents {
  /** Started, and with an index that has all the node has. */
  readonly inscriber: Pick<InscriberService, 'inscribe' | 'quote' | 'resume' | 'standing'>
  readonly client: Pick<BitcoindClient, 'getBestBlock'>
  readonly wallet: Wallet
  readonly params: StorageParams
}

/**
 * Inscribes what an author says of names, and of providing. Its `seq` is above all that are known: in the chain, in the
 * mempool, and on their way from here, which are still to be confirmed. What is on its way and says the same is sent again
 * instead of a second time paid for.
 */
export class RecordPublisher {
  readonly #components: PublisherComponents

  constructor(components: PublisherComponents) {
    this.#components = components
  }

  /** Whether something new was inscribed. */
  async publish(what: Publication, feeRate?: number): Promise<boolean> {
    const { inscriber } = this.#components
    const standing = await this.#standing(what)
    const last = standing.waiting.at(-1)
    // What came after it from elsewhere may say something else.
    if (last !== undefined && last.seq === standing.lastSeq && saysSame(what, last.body)) {
      await inscriber.resume()
      return false
    }
    await inscriber.inscribe([await this.#envelope(what, standing)], feeRate)
    return true
  }

  async quote(what: Publication, feeRate?: number): Promise<Cost> {
    const { inscriber } = this.#components
    return await inscriber.quote([await this.#envelope(what, await this.#standing(what))], feeRate)
  }

  async #standing(what: Publication): Promise<RecordStanding> {
    const { inscriber, wallet } = this.#components
    const program = what.kind === 'name' ? nameProgram(what.name) : providerProgram()
    return await inscriber.standing({ author: bytesToHex(wallet.publicKey), program: bytesToHex(program) })
  }

  async #envelope(what: Publication, { lastSeq }: RecordStanding): Promise<Uint8Array> {
    const { client, wallet } = this.#components
    const { height, hash: blockHash } = await client.getBestBlock()
    const made = composeInscription(this.#draft(what, { height, blockHash, seq: (lastSeq ?? 0) + 1 }), wallet)
    if (!made.ok) throw new RangeError(`a record that is none: ${made.reject}: ${made.detail}`)
    return made.envelope
  }

  #draft(what: Publication, context: RecordContext): Draft {
    const { params, wallet } = this.#components
    switch (what.kind) {
      case 'name':
        return nameDraft(what.name, what.id === null ? null : hexToBytes(what.id), context)
      case 'provider':
        return providerDraft(params, wallet.publicKey, what.peer, context)
      case 'withdrawal':
        return withdrawalDraft(context)
    }
  }
}

/** Of records of one line. */
function saysSame(what: Publication, bytes: Uint8Array): boolean {
  if (what.kind === 'name') {
    const read = decodeBody('name', bytes)
    return read.ok && bytesToHex(read.body.id) === (what.id ?? '')
  }
  const read = decodeBody('provider', bytes)
  if (!read.ok) return false
  const { body } = read
  return 'key' in body ? what.kind === 'provider' && equalBytes(body.key, what.peer.key) : what.kind === 'withdrawal'
}
