import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes, type Rejection, rejection } from '../../lib/index.ts'
import type { FetchProofResult, HeldProof } from '../sync/fetch-proof.ts'
import { isLie, type ProofJudge } from './proof-judge.ts'
import { proofGossip, proofKind } from './proof-kind.ts'
import type { AskReject, Gossip, PeerName, PeerTransport } from './transport.ts'

export interface ProofExchangeComponents {
  readonly transport: PeerTransport
  readonly judge: ProofJudge
  /** The proof that peers are given; null while there is none. */
  current(): HeldProof | null
  /** Takes a verified proof of a peer in where it is newer than the one held, and says whether it is. */
  take(found: HeldProof, from: PeerName): Promise<FetchProofResult>
}

/** What a peer gave, or why it is not taken. */
export type Heard = FetchProofResult | Rejection<AskReject | 'none' | 'busy' | 'banned'>

/**
 * The one proof among peers: gives ours to who asks, and takes better ones from whoever has them, by asking and by gossip. A
 * peer that gives what does not verify is blamed for it; what has no more work than ours is passed over.
 */
export class ProofExchange {
  readonly #components: ProofExchangeComponents
  #gossip: Gossip<Uint8Array> | null = null
  #unanswer: () => Promise<void> = async () => undefined

  constructor(components: ProofExchangeComponents) {
    this.#components = components
  }

  async open(): Promise<void> {
    const { transport, current } = this.#components
    this.#gossip = transport.join(proofGossip, (proof, from) => this.#onGossip(proof, from))
    this.#unanswer = await transport.answer(proofKind, async (heldDigest) => {
      const proof = current()
      if (proof === null) return rejection('no-proof', 'there is no proof here yet')
      const isHeld = heldDigest !== null && equalBytes(heldDigest, sha256(proof.bytes))
      return { ok: true, frames: [isHeld ? null : proof.bytes] }
    })
  }

  async close(): Promise<void> {
    this.#gossip?.leave()
    await this.#unanswer()
  }

  /** Peers that hear of new proofs. */
  get listeners(): readonly PeerName[] {
    return this.#gossip?.listeners() ?? []
  }

  /** Tells peers of a new proof of ours. */
  async announce(proof: HeldProof): Promise<void> {
    await this.#gossip?.publish(proof.bytes)
  }

  /** Asks one peer for its proof. The very proof held is neither sent nor verified again. */
  async hear(peer: PeerName, signal?: AbortSignal): Promise<Heard> {
    const { transport, current } = this.#components
    const held = current()
    const digest = held === null ? null : sha256(held.bytes)
    const asked = await transport.ask(peer, proofKind, digest, { signal })
    if (!asked.ok) return asked
    const proof = asked.frames[0] ?? null
    if (proof !== null) return await this.#judge(proof, peer)
    if (held !== null) return { ok: true, ...held, newer: false }
    transport.blame(peer, 'malformed', `${proofKind.name}: says that we hold its proof, and we hold none`)
    return rejection('none', 'the peer gives no proof')
  }

  async #onGossip(proof: Uint8Array, from: PeerName) {
    const heard = await this.#judge(proof, from)
    if (heard.ok) return heard.newer ? 'accept' : 'ignore'
    return 'bytes' in heard ? 'reject' : 'ignore'
  }

  async #judge(proof: Uint8Array, from: PeerName): Promise<Heard> {
    const { judge, transport, take } = this.#components
    const judged = await judge.judge(proof, from)
    if (judged.ok) return await take({ bytes: proof, chain: judged.chain }, from)
    if (!isLie(judged)) return judged
    transport.blame(from, 'lie', `a proof that does not hold: ${judged.reject}: ${judged.detail}`)
    return { ...judged, bytes: proof }
  }
}
