import { type AnchorContext, headerHash, type NetworkParams, toDisplay } from '../../bitcoin/index.ts'
import type { PlaceSource, ProvedChain } from '../../bus/index.ts'
import {
  type HeaderSource,
  History,
  historyStart,
  memoryTable,
  type PoseidonSource,
  provedPlaces,
} from '../../bus/io/index.ts'

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
  const chain = {
    ...{ height, accumulator: await history.commitment(height) },
    anchor: anchor === undefined ? null : { height: anchor.height, hash: toDisplay(headerHash(anchor.header)) },
  }
  return { chain, places: await provedPlaces(history, chain) }
}
