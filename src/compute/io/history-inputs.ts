import { type BlockHash, sameHash } from '../../bitcoin/index.ts'
import { emptyAccumulator, leafOf, poseidonOf } from '../../bus/index.ts'
import { type HeaderSource, History, memoryTable, type PoseidonSource } from '../../bus/io/index.ts'
import type { CircuitInput } from '../../proving/index.ts'
import { firstOf, lastOf } from '../automation/periods.ts'
import { headerOpening } from '../circuit/opening.ts'
import { computeError } from '../errors.ts'
import type { HistoryBinding } from '../manifest/history-binding.ts'

/** What a circuit reads of a period, at its last block. */
export interface OpenedPeriod {
  readonly input: CircuitInput
  readonly ordinal: number
  readonly height: number
  readonly blockHash: BlockHash
}

export interface OpenPeriodOptions {
  readonly history: History
  /** Of the history's chain. */
  readonly source: HeaderSource
  readonly poseidon: PoseidonSource
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens the headers of a period in the history as it was at its last block, once the history has come there. Throws E_INPUT where
 * the chain has not all of the period, or begins after it did; E_REORG, E_NO_HEADERS and what the source throws where it changes
 * meanwhile.
 */
export async function openPeriod(
  binding: HistoryBinding,
  ordinal: number,
  options: OpenPeriodOptions,
): Promise<OpenedPeriod> {
  const { history, source, signal } = options
  const height = Math.min(lastOf(ordinal, binding.period), await source.tipHeight(signal))
  await history.sync(source, height, signal)
  return await periodIn(binding, ordinal, options)
}

/** The same in a history that is there already, and that others may sync meanwhile. */
export async function periodIn(
  { period, places, opening }: HistoryBinding,
  ordinal: number,
  { history, source, poseidon, signal }: OpenPeriodOptions,
): Promise<OpenedPeriod> {
  const [first, last] = [firstOf(ordinal, period), lastOf(ordinal, period)]
  const { height: start } = history.start
  const opened = places.map((place) => first + place)
  const early = opened.find((height) => height < start)
  if (early !== undefined) {
    throw computeError(
      'E_INPUT',
      `period ${ordinal} has a header at height ${early}, before the chain's start ${start}`,
    )
  }
  const { rewrites, tipHeight: tip } = history
  if (last > tip) throw computeError('E_INPUT', `period ${ordinal} ends at height ${last}, the chain at ${tip}`)
  const count = last - start + 1
  const empty = emptyAccumulator(poseidonOf(poseidon)).commitment
  const rows: bigint[][] = []
  for (const height of opened) {
    const [placed] = await source.headers(height, 1, signal)
    const hash = await history.hashAt(height)
    if (placed === undefined || hash === null || !sameHash(placed.hash, hash)) throw changed(height)
    const path = await history.path(height, last)
    const leaf = leafOf(height, hash, placed.header)
    rows.push([...headerOpening({ count, index: height - start, leaf, path }, empty)])
  }
  const commitment = await history.commitment(last)
  const blockHash = await history.hashAt(last)
  if (blockHash === null || history.rewrites !== rewrites) throw changed(last)
  return {
    input: { history: commitment, start: BigInt(start), ordinal: BigInt(ordinal), [opening]: rows },
    ...{ ordinal, height: last, blockHash },
  }
}

/** For one look: from headers of a chain whose first one is at height `from`. Throws as `openPeriod` does. */
export async function openPeriodOnce(
  binding: HistoryBinding,
  ordinal: number,
  { source, from, poseidon, signal }: Omit<OpenPeriodOptions, 'history'> & { readonly from: number },
): Promise<OpenedPeriod> {
  const [first] = await source.headers(from, 1, signal)
  if (first === undefined) throw computeError('E_INPUT', `there is no header at height ${from}, where the chain begins`)
  const history = await History.open(first, memoryTable(), poseidon)
  return await openPeriod(binding, ordinal, { history, source, poseidon, signal })
}

function changed(height: number) {
  return computeError('E_MOVED', `the chain changed at height ${height} while it was read; run again`)
}
