import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { bytesToHex, rejection } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { type OfferAnswer, offerKind } from '../../peers/offer-kind.ts'
import { chunkKind, unitKind } from '../../peers/piece-kinds.ts'
import { pieceOf } from '../replica/piece-of.ts'
import { type EncodedContent, type ReadyBlob, ReadyChunks } from './encode-content.ts'

/** What providers say of one blob. */
export interface Offered {
  readonly id: string
  /** Those that keep it, or will. */
  readonly takers: ReadonlyMap<PeerName, OfferAnswer>
  /** Why others do not. */
  readonly refusals: readonly string[]
  /** Some could not be asked now, and may be later. */
  readonly isOpen: boolean
}

export interface OffersComponents {
  readonly transport: PeerTransport
  readonly kernel: StorageKernel
  readonly content: EncodedContent
  /** Providers of the owner's choice; any unless given. */
  readonly providers?: readonly PeerName[] | undefined
}

/** Offers blobs to providers, and gives them the pieces that they come for. */
export class Offers {
  readonly #components: OffersComponents
  readonly #chunks: ReadonlyMap<string, ReadyChunks>

  constructor(components: OffersComponents) {
    this.#components = components
    const { kernel, content } = components
    this.#chunks = new Map(content.blobs.map((blob) => [blob.id, new ReadyChunks(kernel, blob)]))
  }

  /** Answers for pieces from now on; what comes back ends that. */
  async serve(): Promise<() => Promise<void>> {
    const { transport } = this.#components
    const piece =
      (kind: 'chunk' | 'unit') =>
      async ({ id, index }: { id: Uint8Array; index: number }) => {
        const chunks = this.#chunks.get(bytesToHex(id))
        const found = await pieceOf(async (chunk) => (await chunks?.chunk(chunk)) ?? null, kind, index)
        return found === null ? rejection('not-here', 'it is not here') : ({ ok: true, frames: [found] } as const)
      }
    const closing = [await transport.answer(chunkKind, piece('chunk')), await transport.answer(unitKind, piece('unit'))]
    return async () => {
      for (const close of closing) await close()
    }
  }

  /** Asks all providers about one blob. */
  async offer({ id, blob }: ReadyBlob, signal: AbortSignal): Promise<Offered> {
    const { transport, providers = transport.peers(offerKind) } = this.#components
    const takers = new Map<PeerName, OfferAnswer>()
    const refusals: string[] = []
    let isOpen = providers.length === 0
    await Promise.all(
      providers.map(async (peer) => {
        const asked = await transport.ask(peer, offerKind, blob, { signal })
        const [answer] = asked.ok ? asked.frames : []
        if (answer !== undefined && answer.state !== 'wrong-parity') takers.set(peer, answer)
        else refusals.push(`${peer}: ${asked.ok ? 'calls its parity wrong' : asked.detail}`)
        if (!asked.ok && asked.reject !== 'refused') isOpen = true
      }),
    )
    return { id, takers, refusals, isOpen }
  }
}
