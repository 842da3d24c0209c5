import type { AnchorContext, NetworkParams } from '../../bitcoin/index.ts'
import type { PlaceSource, ProvedChain } from '../../bus/index.ts'
import {
  type HeaderSource,
  History,
  historyStart,
  memoryTable,
  type PoseidonSource,
  provedPlaces,
} from '../../bus/io/index.ts'
import { computeError } from '../errors.ts'
import { chainTo } from './chain-to.ts'

/** What a bus proof of these headers would say, as far as programs that open headers in it need it. */
export interface UnprovedChain {
  readonly chain: Pick<ProvedChain, 'height' | 'accumulator' | 'anchor'>
  readonly places: PlaceSource
}

/** The chain of headers up to a height, which somebody has judged; its history is kept in memory. */
export async function unprovedChain(
  { params, anchor }: { readonly params: NetworkParams; readonly anchor: AnchorContext | undefined },
  source: HeaderSource,
  height: number,
  poseidon: PoseidonSource,
  signal: AbortSignal,
): Promise<UnprovedChain> {
  const history = await History.open(historyStart(params, anchor), memoryTable(), poseidon)
  await history.sync(source, height, signal)
  const hash = await history.hashAt(height)
  if (hash === null) throw computeError('E_MOVED', `the chain has no block ${height} any more`)
  const chain = chainTo({ height, hash, accumulator: await history.commitment(height) }, anchor)
  return { chain, places: await provedPlaces(history, chain) }
}
