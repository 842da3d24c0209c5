import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { bytesToHex, rejection } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { type OfferAnswer, offerKind } from '../../peers/offer-kind.ts'
import { chunkKind, unitKind } from '../../peers/piece-kinds.ts'
import { pieceOf } from '../replica/piece-of.ts'
import { type EncodedContent, ReadyChunks } from './encode-content.ts'
import { HolderCheck } from './holder-check.ts'
import { LateAnswers } from './late-answers.ts'
import type { PlacedBlob } from './placed-blobs.ts'

/** So long a provider that is slow to answer holds up others. */
const LATE_MS = 2_000

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

/** Whom to wait for. */
export interface Wanted {
  /** So many that take the blob, or that have all of it. */
  readonly enough: { readonly of: 'takers' | 'holders'; readonly count: number }
  readonly waitMs?: number
}

type Said = { readonly answer: OfferAnswer } | { readonly refusal: string; readonly isOpen: boolean }

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
  readonly #check: HolderCheck
  readonly #answers = new LateAnswers<Said>()

  constructor(components: OffersComponents) {
    this.#components = components
    const { transport, kernel, content } = components
    this.#check = new HolderCheck(transport, kernel)
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

  /**
   * Asks all providers about one blob. Whole at one is what it has shown by units of it. Who answers late is waited for no
   * longer than `waitMs`, nor where so many take it, or have it, as are enough.
   */
  async offer(placed: PlacedBlob, { enough, waitMs = LATE_MS }: Wanted, signal: AbortSignal): Promise<Offered> {
    const { ready } = placed
    const { transport, providers = transport.peers(offerKind) } = this.#components
    const isEnough = (said: ReadonlyMap<PeerName, Said>) => {
      const takers = [...said.values()].filter((one) => 'answer' in one)
      return (
        takers.filter(({ answer: { state } }) => enough.of === 'takers' || state === 'whole').length >= enough.count
      )
    }
    const asking = (peer: PeerName) => this.#ask(peer, placed, signal)
    const said = await this.#answers.ask(ready.id, providers, asking, { ms: waitMs, isEnough })
    const takers = new Map<PeerName, OfferAnswer>()
    const refusals: string[] = []
    let isOpen = said.size < providers.length || providers.length === 0
    for (const [peer, one] of said) {
      if ('answer' in one) takers.set(peer, one.answer)
      else refusals.push(`${peer}: ${one.refusal}`)
      if ('isOpen' in one && one.isOpen) isOpen = true
    }
    return { id: ready.id, takers, refusals, isOpen }
  }

  async #ask(peer: PeerName, { ready, partition }: PlacedBlob, signal: AbortSignal): Promise<Said> {
    const offer = { ...ready.blob, partition }
    const asked = await this.#components.transport.ask(peer, offerKind, offer, { signal })
    if (!asked.ok) return { refusal: asked.detail, isOpen: asked.reject !== 'refused' }
    const [answer] = asked.frames
    if (answer === undefined || answer.state === 'wrong-parity')
      return { refusal: 'calls its parity wrong', isOpen: false }
    const held = Math.min(answer.held, ready.blob.shape.chunks)
    if (answer.state !== 'whole') return { answer: { ...answer, held } }
    const shown = await this.#check.check(peer, ready, signal)
    if (shown.is === 'lacking') return { refusal: shown.detail, isOpen: false }
    return { answer: { state: shown.is === 'shown' ? 'whole' : 'fetching', held } }
  }
}
