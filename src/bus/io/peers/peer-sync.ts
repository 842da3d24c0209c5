import { delay, Emitter, type Events, type Rejection, Running, type RunningService } from '../../../lib/index.ts'
import { type Heard, ProofExchange } from '../../peers/proof-exchange.ts'
import { ProofJudge } from '../../peers/proof-judge.ts'
import { proofKind } from '../../peers/proof-kind.ts'
import type { PeerName, PeerTransport } from '../../peers/transport.ts'
import { compareWithHeld, type FetchProofResult, type HeldProof } from '../../sync/fetch-proof.ts'
import type { ProvedChain, VerifyOptions, VerifyReject } from '../../verify.ts'
import { ProofPlace } from '../sync/proof-place.ts'

export interface PeerSyncComponents {
  readonly transport: PeerTransport
  /** The proof file to bring up to date. */
  readonly file: string
  /** How a proof is judged, as of now. */
  verifyOptions(): VerifyOptions
}

export interface PeerSyncEvents {
  /** What lies in the file is no valid proof of this chain; it will be replaced. */
  readonly refused: Rejection<VerifyReject>
  /** A peer's proof, verified, is in place: it has more work than the one before. */
  readonly synced: { readonly chain: ProvedChain; readonly peer: PeerName }
  /** What a peer gave is not taken, or it gave nothing. */
  readonly untaken: { readonly peer: PeerName; readonly heard: Extract<Heard, { ok: false }> }
  /** A peer has been heard, whatever it gave. */
  readonly heard: { readonly peer: PeerName; readonly heard: Heard }
}

/** Between two times that all peers are asked; what is new is gossiped in between. */
const ASK_EVERY_MS = 60_000

/**
 * Keeps a proof file up to date from peers, none of which is trusted: each that comes is asked, each answer verified, and the
 * most work wins. What it holds it gives to peers in turn.
 */
export class PeerSync implements RunningService {
  readonly #components: PeerSyncComponents
  readonly #events = new Emitter<PeerSyncEvents>()
  readonly #running = new Running()
  readonly #place: ProofPlace
  readonly #exchange: ProofExchange
  readonly #asking = new Set<PeerName>()
  #taking: Promise<unknown> = Promise.resolve()
  /** Rejects where the file cannot be kept: there is no going on then. */
  readonly #failure = Promise.withResolvers<never>()

  constructor(components: PeerSyncComponents) {
    this.#components = components
    this.#failure.promise.catch(() => undefined)
    const { transport, file, verifyOptions } = components
    this.#place = new ProofPlace({ file, verifyOptions, refused: (refused) => this.#events.emit('refused', refused) })
    this.#exchange = new ProofExchange({
      transport,
      judge: new ProofJudge({ verifyOptions, isBanned: (peer) => transport.isBanned(peer) }),
      current: () => this.#place.held,
      take: (found, from) => this.#take(found, from),
    })
  }

  get events(): Events<PeerSyncEvents> {
    return this.#events
  }

  /** The best proof so far; null before the first. */
  get held(): HeldProof | null {
    return this.#place.held
  }

  async start(signal?: AbortSignal): Promise<void> {
    const open = async () => {
      await this.#place.look()
      await this.#exchange.open()
    }
    await this.#running.openAndBegin(open, (_, ending) => this.#run(ending), signal)
  }

  stop(): Promise<void> {
    return this.#running.stop()
  }

  ended(): Promise<void> {
    return this.#running.ended()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { transport } = this.#components
    const meeting = transport.meet(proofKind, (peer) => this.#hear(peer, signal))
    try {
      for (;;) {
        for (const peer of transport.peers(proofKind)) this.#hear(peer, signal)
        await Promise.race([delay(ASK_EVERY_MS, signal), this.#failure.promise])
      }
    } finally {
      meeting()
      await this.#exchange.close()
      await this.#taking
    }
  }

  /** All at the same time: who is silent keeps nobody else from being heard. */
  #hear(peer: PeerName, signal: AbortSignal): void {
    if (this.#asking.has(peer) || signal.aborted) return
    this.#asking.add(peer)
    const done = () => {
      this.#asking.delete(peer)
    }
    // What it throws is an interrupt, or what the service ends by.
    this.#ask(peer, signal).then(done, done)
  }

  async #ask(peer: PeerName, signal: AbortSignal): Promise<void> {
    const heard = await this.#exchange.hear(peer, signal)
    if (signal.aborted) return
    if (!heard.ok) this.#events.emit('untaken', { peer, heard })
    this.#events.emit('heard', { peer, heard })
  }

  /** One after another: each is compared with what the one before left. */
  async #take(found: HeldProof, peer: PeerName): Promise<FetchProofResult> {
    const taking = this.#taking.then(async () => {
      const result = await this.#place.put(compareWithHeld(this.#place.held, found))
      if (result.ok && result.newer) this.#events.emit('synced', { chain: result.chain, peer })
      return result
    })
    this.#taking = taking.catch((error: unknown) => this.#failure.reject(error))
    return await taking
  }
}
