import { type NetworkParams, sameHash, toDisplay } from '../../../bitcoin/index.ts'
import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { type BlockSource, poseidonOf } from '../../../bus/index.ts'
import { type HeaderSource, type History, type PoseidonSource, provedPlaces } from '../../../bus/io/index.ts'
import { OneAtATime } from '../../../lib/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import { newestOver } from '../../automation/periods.ts'
import { computeError } from '../../errors.ts'
import type { CircuitProgram } from '../../manifest/circuit-program.ts'
import type { HistoryBinding } from '../../manifest/history-binding.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { SourceEvidence } from '../../peers/result-message.ts'
import type { OwnBlock } from '../../service/served-program.ts'
import type { PaymentsInput } from '../../transactions/payments-input.ts'
import type { Selection } from '../../transactions/select-transactions.ts'
import { collectTransactions } from '../collect-transactions.ts'
import { type OpenedPeriod, periodIn } from '../history-inputs.ts'
import { requestEvidence } from '../requests/request-evidence.ts'
import { requestedBytes, requestInput } from '../requests/request-input.ts'

/** What programs read of the chain that this node follows, in its history as it was at a block. */
export interface ChainReading {
  /** The headers of the period that ends at the block. Throws E_INPUT where none does, E_MOVED where it leaves the chain meanwhile. */
  period(binding: HistoryBinding, block: OwnBlock, signal: AbortSignal): Promise<OpenedPeriod>
  /**
   * Transactions of blocks up to that one, opened in its history; there may be none. Throws E_INPUT where a block or one that is named
   * is not to be had, or one cannot be proved; E_SOURCE or E_REORG where the block leaves the chain meanwhile.
   */
  transactions(wanted: WantedTransactions, block: OwnBlock, signal?: AbortSignal): Promise<PaymentsInput>
  /**
   * All records of a program's sources up to the block, which holds the last of them, and what shows them. Throws E_INPUT where they are
   * more than it reads, or too many for a message; E_MOVED where the block leaves the chain meanwhile.
   */
  records(manifest: Manifest<CircuitProgram>, block: OwnBlock, signal: AbortSignal): Promise<ShownRecords>
}

/** What a program reads of records, and what shows it to any peer. */
export interface ShownRecords {
  readonly bytes: Uint8Array
  readonly evidence: readonly SourceEvidence[]
}

/** Those that pay to a script, or that are named, of a range of blocks. */
export interface WantedTransactions extends Selection {
  readonly from: number
  readonly to: number
  /** Whether a peer asks for them: what is due by itself is read first. */
  readonly isAsked?: boolean
}

export interface OwnReadingComponents {
  /** Of the chain of `headers`; others sync it. */
  readonly history: History
  readonly headers: HeaderSource
  readonly blocks: Pick<BlockSource, 'block'>
  readonly poseidon: PoseidonSource
  /** Knows all records; of the same node. */
  readonly inscriptions: Pick<IndexService, 'body' | 'index'>
  readonly client: BitcoindClient
  readonly params: NetworkParams
}

/** Reads from a bitcoind. */
export class OwnReading implements ChainReading {
  readonly #components: OwnReadingComponents
  readonly #reading = new OneAtATime()

  constructor(components: OwnReadingComponents) {
    this.#components = components
  }

  async period(binding: HistoryBinding, block: OwnBlock, signal: AbortSignal): Promise<OpenedPeriod> {
    const { history, headers, poseidon } = this.#components
    const ordinal = newestOver(block.height, binding.period)
    const opened = await periodIn(binding, ordinal, { history, source: headers, poseidon, signal })
    if (opened.height !== block.height) throw computeError('E_INPUT', `no period ends at height ${block.height}`)
    if (!sameHash(opened.blockHash, block.hash)) {
      throw computeError('E_MOVED', `the block at height ${block.height} left the chain while it was read`)
    }
    return opened
  }

  async transactions(wanted: WantedTransactions, block: OwnBlock, signal?: AbortSignal): Promise<PaymentsInput> {
    const read = () => this.#transactions(wanted, block, signal)
    // Of all that is asked for one waits for the blocks at a time, so that what is due is behind one at most.
    return await (wanted.isAsked ? this.#reading.run('asked', read) : read())
  }

  async records(manifest: Manifest<CircuitProgram>, { height, hash }: OwnBlock, signal: AbortSignal) {
    const { inscriptions } = this.#components
    const moved = (detail: string) => computeError('E_MOVED', detail)
    const found = await requestInput(inscriptions.index, manifest, { inputs: [] }, height)
    if (!found.ok) throw computeError('E_INPUT', found.detail)
    if (found.input.last?.blockHash !== toDisplay(hash)) throw moved(`block ${height} holds no record of the program`)
    const shown = await requestEvidence(this.#components, found.input, signal)
    if (!shown.ok) throw shown.reject === 'moving' ? moved(shown.detail) : computeError('E_INPUT', shown.detail)
    return { bytes: await requestedBytes(inscriptions, found.input), evidence: shown.evidence }
  }

  async #transactions(
    { script, txids, from, to }: WantedTransactions,
    { height, accumulator }: OwnBlock,
    signal?: AbortSignal,
  ): Promise<PaymentsInput> {
    const { history, blocks, poseidon } = this.#components
    const chain = { height, accumulator, anchor: null }
    // Whole blocks are in memory meanwhile.
    const placed = await this.#reading.run('blocks', async () => {
      const places = await provedPlaces(history, chain)
      const wanted = { script, txids, from, to, signal }
      return await collectTransactions({ ...wanted, chain, places, blocks, poseidon: poseidonOf(poseidon) })
    })
    return { history: accumulator, script, from, to, placed }
  }
}
