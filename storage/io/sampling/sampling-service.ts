import { join } from 'node:path'
import { blockHash } from '../../../src/bitcoin/index.ts'
import {
  asError,
  bytesToHex,
  Emitter,
  type Events,
  equalBytes,
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
import { GOSSIP_BLOCKS, INSCRIBED_BLOCKS } from '../../sampling/ticks.ts'
import { winPublicValues } from '../../sampling/win-statement.ts'
import { type EstimatingEvents, EstimatingService } from './estimating-service.ts'
import { Sampler, type SamplerEvents, type Told, type WonStatement } from './sampler.ts'
import { SpentOnWins } from './spent-on-wins.ts'
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
export type SamplingEvents = EstimatingEvents &
  SamplerEvents & {
    readonly inscribed: Inscribed & { readonly height: number; readonly partition: number }
  }

/** A provider's part in sampling: wins where it can, proves and tells it, and listens to the wins of all. */
export class SamplingService implements RunningService {
  readonly #components: SamplingComponents
  readonly #events = new Emitter<SamplingEvents>()
  readonly #watch: WinWatch
  readonly #prover: Pick<WinProver, 'prove' | 'close'>
  #inscriber: WinInscriber | null = null
  readonly #services: RunningService

  constructor(
    components: SamplingComponents,
    mask: MaskKernel = openMask(),
    prover?: Pick<WinProver, 'prove' | 'close'>,
  ) {
    this.#components = components
    const { wallet, partitions, units, inscribing } = components
    const key = bytesToHex(wallet.publicKey)
    const estimating = new EstimatingService(components, mask)
    this.#watch = estimating.watch
    const kept = { provedEncodedUnit: (...at: UnitAt) => read(units, at) }
    this.#prover = prover ?? new WinProver({ ...components, mask, units: kept })
    const sampler = new Sampler({
      ...{ watch: this.#watch, key, partitions },
      isWon: (id) => this.#watch.store.log.win(id)?.heard === true,
      openBlocks: inscribing === undefined ? GOSSIP_BLOCKS : INSCRIBED_BLOCKS,
      units: { encodedUnit: async (...at) => (await units()?.encodedUnit(...at)) ?? null },
      won: (won, signal) => this.#won(won, signal),
    })
    for (const name of ['win', 'looked', 'refused', 'tip', 'estimated', 'failed'] as const) {
      estimating.events.on(name, (event) => this.#events.emit(name, event as never))
    }
    sampler.events.on('sampled', (sampled) => this.#events.emit('sampled', sampled))
    this.#services = together([estimating, sampler], () => this.#prover.close())
  }

  get events(): Events<SamplingEvents> {
    return this.#events
  }

  /** Throws E_STORE where it is not known what was spent on inscribing wins, too. */
  async start(signal?: AbortSignal): Promise<void> {
    const { inscribing, folder } = this.#components
    if (inscribing !== undefined) {
      const spent = await SpentOnWins.open(join(folder, 'spent-on-wins.json'))
      this.#inscriber = new WinInscriber({ ...inscribing, spent })
    }
    await this.#services.start(signal)
  }

  stop(): Promise<void> {
    return this.#services.stop()
  }

  ended(): Promise<void> {
    return this.#services.ended()
  }

  async #won(won: WonStatement, signal: AbortSignal): Promise<Told> {
    const { verifier } = this.#components
    const proof = await this.#proved(won, signal)
    if (proof === null) return 'no-proof'
    // Who signs a proof that does not hold is cut off: nothing is told that was not verified here.
    const verified = await verifier.verify(proof, winPublicValues(won.statement))
    if (!verified.ok) throw new Error(`a win of our own does not hold: ${verified.reject}: ${verified.detail}`)
    const message = this.#signed(won, proof)
    const isInTime = await this.#isOpen(won, GOSSIP_BLOCKS, signal)
    if (isInTime === 'left-chain') return isInTime
    if (isInTime) await this.#watch.tell(message)
    const isInscribed =
      (await this.#isOpen(won, INSCRIBED_BLOCKS, signal)) === true && (await this.#inscribe(message, won))
    if (isInTime) return 'told'
    return isInscribed ? 'inscribed' : 'late'
  }

  /** Whether fewer blocks than these have come after a win's own, which is still in the chain. */
  async #isOpen(
    { height, statement }: WonStatement,
    blocks: number,
    signal: AbortSignal,
  ): Promise<boolean | 'left-chain'> {
    const ground = await this.#watch.settled(signal)
    const here = ground.hashAt(height)
    if (here === null || !equalBytes(here, statement.challenge.blockHash)) return 'left-chain'
    return ground.height < height + blocks
  }

  /** Null where there is no proof: a unit was damaged, perhaps. Other tries may win. */
  async #proved(won: WonStatement, signal: AbortSignal): Promise<Uint8Array | null> {
    try {
      const { table } = await this.#watch.settled(signal)
      return await this.#prover.prove(won, table.blobs, signal)
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

  /** Whether it is on its way. That it cannot be paid for is told, and keeps nobody from winning. */
  async #inscribe(message: WinMessage, { height, partition }: WonStatement): Promise<boolean> {
    if (this.#inscriber === null) return false
    try {
      const inscribed = await this.#inscriber.inscribe(message)
      this.#events.emit('inscribed', { ...inscribed, height, partition })
      return inscribed.state === 'sent'
    } catch (error) {
      this.#events.emit('failed', asError(error))
      return false
    }
  }
}

type UnitAt = Parameters<EncodedUnits['provedEncodedUnit']>

async function read(units: SamplingComponents['units'], at: UnitAt): ReturnType<EncodedUnits['provedEncodedUnit']> {
  return (await units()?.provedEncodedUnit(...at)) ?? null
}
