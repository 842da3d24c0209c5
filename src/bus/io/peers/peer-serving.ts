import { asError, Emitter, type Events, type Rejection, rejection, type Service } from '../../../lib/index.ts'
import { encodeAttestation } from '../../attestation/binary.ts'
import { ATTESTATION_PIECE, attestationKind } from '../../peers/attestation-kind.ts'
import { pathKind } from '../../peers/path-kind.ts'
import { ProofExchange } from '../../peers/proof-exchange.ts'
import { ProofJudge } from '../../peers/proof-judge.ts'
import type { Answered, PeerName, PeerTransport } from '../../peers/transport.ts'
import { compareWithHeld, type FetchProofResult, type HeldProof } from '../../sync/fetch-proof.ts'
import type { ProvedChain, VerifyOptions } from '../../verify.ts'
import type { ServedBus, ServedProof } from '../serve/served-bus.ts'
import { isCatchingUp } from '../serve/served-history.ts'

export interface PeerServingComponents {
  readonly bus: ServedBus
  readonly transport: PeerTransport
  /** How proofs of peers are judged before they are passed on, as of now. */
  verifyOptions(): VerifyOptions
}

export interface PeerServingEvents {
  /** A proof of ours that peers were told of. */
  readonly announced: ProvedChain
  /** A peer has a proof of more work than the one served here. */
  readonly ahead: { readonly chain: ProvedChain; readonly peer: PeerName }
  /** What could not be told or answered, by our own doing. */
  readonly failed: Error
}

/** Gives peers what a served bus has: its proof, paths and attestations; tells them of each new proof. */
export class PeerServing implements Service {
  readonly #components: PeerServingComponents
  readonly #events = new Emitter<PeerServingEvents>()
  readonly #exchange: ProofExchange
  #close: (() => Promise<void> | void)[] = []
  /** The best proof of a peer that was passed on: none of less work is. */
  #best: HeldProof | null = null

  constructor(components: PeerServingComponents) {
    this.#components = components
    const { transport, bus, verifyOptions } = components
    this.#exchange = new ProofExchange({
      transport,
      judge: new ProofJudge({ verifyOptions, isBanned: (peer) => transport.isBanned(peer) }),
      current: () => bus.current,
      take: async (found, from) => this.#take(found, from),
    })
  }

  get events(): Events<PeerServingEvents> {
    return this.#events
  }

  /** Peers that hear of new proofs as soon as there are any. */
  get listeners(): readonly PeerName[] {
    return this.#exchange.listeners
  }

  async start(): Promise<void> {
    const { bus, transport } = this.#components
    await this.#exchange.open()
    this.#close = [
      () => this.#exchange.close(),
      await transport.answer(pathKind, (height) => this.#inStep(bus.current, (proof) => path(proof, height))),
      await transport.answer(attestationKind, (request, { signal }) =>
        this.#inStep(bus.current, async ({ attestor }) => {
          const made = await attestor.attest(request, signal)
          return made.ok ? { ok: true, frames: pieces(encodeAttestation(made.attestation)) } : made
        }),
      ),
      bus.events.on('served', () => this.#announce()),
    ]
    this.#announce()
  }

  async stop(): Promise<void> {
    for (const close of this.#close.splice(0)) await close()
  }

  #announce(): void {
    const { current } = this.#components.bus
    if (current === null) return
    this.#exchange.announce(current).then(
      () => this.#events.emit('announced', current.chain),
      (cause: unknown) => this.#events.emit('failed', asError(cause)),
    )
  }

  #take(found: HeldProof, peer: PeerName): FetchProofResult {
    const best = this.#better(this.#components.bus.current)
    const compared = compareWithHeld(best, found)
    if (compared.ok && compared.newer) {
      this.#best = found
      this.#events.emit('ahead', { chain: found.chain, peer })
    }
    return compared
  }

  #better(served: HeldProof | null): HeldProof | null {
    if (this.#best === null || served === null) return served ?? this.#best
    const compared = compareWithHeld(served, this.#best)
    return compared.ok && compared.newer ? this.#best : served
  }

  async #inStep<Answer>(
    proof: ServedProof | null,
    work: (proof: ServedProof) => Promise<Answered<Answer>>,
  ): Promise<Answered<Answer>> {
    if (proof === null) return rejection('no-proof', 'there is no proof here yet')
    try {
      return await work(proof)
    } catch (error) {
      if (!isCatchingUp(error)) throw error
      return rejection('catching-up', 'the headers of this proof are not all here')
    }
  }
}

async function path({ places }: ServedProof, height: number) {
  const there = await places.hashAt(height)
  if (there === null) return rejection('no-such-block', `the proved chain has no height ${height}`) as Rejection
  return { ok: true, frames: [await places.place(height)] } as const
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += ATTESTATION_PIECE) yield bytes.subarray(at, at + ATTESTATION_PIECE)
}
