import { blockHash } from '../../../src/bitcoin/index.ts'
import {
  asError,
  bytesToHex,
  Emitter,
  type Events,
  isInterrupt,
  type RunningService,
  together,
} from '../../../src/lib/index.ts'
import type { MaskKernel, StorageKernel } from '../../../src/proving/index.ts'
import { type KeyDirectory, openMask } from '../../../src/proving/io/index.ts'
import { composeInscription } from '../../../src/settlement/index.ts'
import type { InscriberService, Wallet } from '../../../src/settlement/io/index.ts'
import { readWinMessage, type WinMessage } from '../../peers/win-kind.ts'
import { winDraft } from '../../records/drafts.ts'
import type { EncodedUnits } from '../../replica/encoded-units.ts'
import { verifyWin } from '../../sampling/judge-win.ts'
import { GOSSIP_BLOCKS } from '../../sampling/ticks.ts'
import { type EstimatingEvents, EstimatingService } from './estimating-service.ts'
import { Sampler, type SamplerEvents, type WonStatement } from './sampler.ts'
import { type Inscribed, WinInscriber } from './win-inscriber.ts'
import { WinProver } from './win-prover.ts'
import type { WinWatch, WinWatchComponents } from './win-watch.ts'

export interface SamplingComponents extends WinWatchComponents {
  readonly kernel: StorageKernel
  /** Of the circuit `win`; `verifier` is by them. */
  readonly keys: KeyDirectory
  /** The provider's, whose key all is encoded under: it signs wins. */
  readonly wallet: Wallet
  readonly partitions: readonly number[]
  /** What is kept encoded; null while it cannot be read. */
  units(): EncodedUnits | null
  /** Inscribes wins for so many satoshis in all; started by whoever made it. Wins are told to peers alone unless given. */
  readonly inscribing?: { readonly inscriber: InscriberService; readonly budget: bigint } | undefined
}

/** What sampling tells: all that observing and trying do, and what becomes of wins of our own. */
export type SamplingEvents = Omit<EstimatingEvents, 'failed'> &
  Omit<SamplerEvents, 'failed'> & {
    readonly inscribed: Inscribed & { readonly height: number; readonly partition: number }
    readonly failed: Error
  }

/** A provider's part in sampling: wins where it can, proves and tells it, and listens to the wins of all. */
export class SamplingService implements RunningService {
  readonly #components: SamplingComponents
  readonly #events = new Emitter<SamplingEvents>()
  readonly #watch: WinWatch
  readonly #prover: WinProver
  readonly #inscriber: WinInscriber | null
  readonly #services: RunningService

  constructor(components: SamplingComponents, mask: MaskKernel = openMask()) {
    this.#components = components
    const { wallet, partitions, units, inscribing } = components
    const key = bytesToHex(wallet.publicKey)
    const estimating = new EstimatingService(components, mask)
    this.#watch = estimating.watch
    this.#prover = new WinProver({ ...components, mask, units: { provedEncodedUnit: (...at) => read(units, at) } })
    this.#inscriber = inscribing === undefined ? null : new WinInscriber(inscribing)
    const sampler = new Sampler({
      ...{ watch: this.#watch, key, partitions },
      units: { encodedUnit: async (...at) => (await units()?.encodedUnit(...at)) ?? null },
      won: (won, signal) => this.#won(won, signal),
    })
    for (const name of ['win', 'looked', 'refused', 'tip', 'estimated', 'failed'] as const) {
      estimating.events.on(name, (event) => this.#events.emit(name, event as never))
    }
    for (const name of ['sampled', 'late', 'failed'] as const) {
      sampler.events.on(name, (event) => this.#events.emit(name, event as never))
    }
    this.#services = together([estimating, sampler], () => this.#prover.close())
  }

  get events(): Events<SamplingEvents> {
    return this.#events
  }

  start(signal?: AbortSignal): Promise<void> {
    return this.#services.start(signal)
  }

  stop(): Promise<void> {
    return this.#services.stop()
  }

  ended(): Promise<void> {
    return this.#services.ended()
  }

  async #won(won: WonStatement, signal: AbortSignal): Promise<boolean> {
    const { verifier } = this.#components
    const proof = await this.#proved(won, signal)
    const ground = this.#watch.ground()
    if (proof === null || ground === null) return false
    const message = this.#signed(won, proof)
    // Who signs a proof that does not hold is cut off: nothing is told that was not verified here.
    const verified = await verifyWin(ground, verifier, message.signed)
    if (!verified.ok) throw new Error(`a win of our own does not hold: ${verified.reject}: ${verified.detail}`)
    if (ground.height < won.height + GOSSIP_BLOCKS) await this.#watch.tell(message)
    await this.#inscribe(message, won)
    return true
  }

  /** Null where there is no proof: a unit was damaged, perhaps. Other tries may win. */
  async #proved(won: WonStatement, signal: AbortSignal): Promise<Uint8Array | null> {
    const ground = this.#watch.ground()
    if (ground === null) return null
    try {
      return await this.#prover.prove(won, ground.table.blobs, signal)
    } catch (error) {
      if (isInterrupt(error, signal)) throw error
      this.#events.emit('failed', asError(error))
      return null
    }
  }

  #signed({ statement, height, partition }: WonStatement, proof: Uint8Array): WinMessage {
    const { wallet } = this.#components
    const challenge = { height, blockHash: blockHash(statement.challenge.blockHash) }
    const made = composeInscription(winDraft({ try: statement.number, proof, partition }, challenge), wallet)
    if (!made.ok) throw new RangeError(`a record that is none: ${made.reject}: ${made.detail}`)
    const read = readWinMessage(wallet.params, made.envelope)
    if (!read.ok) throw new RangeError(`a win that is none: ${read.detail}`)
    return read.value
  }

  /** That it cannot be paid for is told, and keeps nobody from winning. */
  async #inscribe(message: WinMessage, { height, partition }: WonStatement): Promise<void> {
    if (this.#inscriber === null) return
    try {
      const inscribed = await this.#inscriber.inscribe(message, this.#watch.store)
      this.#events.emit('inscribed', { ...inscribed, height, partition })
    } catch (error) {
      this.#events.emit('failed', asError(error))
    }
  }
}

async function read(
  units: SamplingComponents['units'],
  at: Parameters<EncodedUnits['provedEncodedUnit']>,
): ReturnType<EncodedUnits['provedEncodedUnit']> {
  return (await units()?.provedEncodedUnit(...at)) ?? null
}
