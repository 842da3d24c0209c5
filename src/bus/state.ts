import {
  type AnchorContext,
  type BlockHash,
  type ChainContext,
  checkHeader,
  type Header,
  type HeaderRejection,
  hashToUint256,
  type NetworkParams,
  startContext,
} from '../bitcoin/index.ts'
import { type Accumulator, append, emptyAccumulator, type Poseidon } from './accumulator.ts'
import { leafOf } from './leaf.ts'

/** All that a chain carries from header to header: what the rules need, and the accumulator of its past. */
export interface ChainState {
  readonly params: NetworkParams
  readonly start: ChainStart
  readonly context: ChainContext
  readonly history: Accumulator
}

/** Where a proof begins: states with different starts are never compared. */
export interface ChainStart {
  readonly kind: 'genesis' | 'anchor'
  readonly height: number
  readonly hash: BlockHash
}

const MASK_128 = (1n << 128n) - 1n

/** A block hash as the two numbers the circuit carries it in. */
export function splitHash(hash: BlockHash): { readonly high: bigint; readonly low: bigint } {
  const value = hashToUint256(hash)
  return { high: value >> 128n, low: value & MASK_128 }
}

/** Where a chain begins: at the anchor whose context is given, else at the network's genesis. */
export function chainStart(params: NetworkParams, anchor: ChainContext | undefined): ChainStart {
  const { height, hash } = anchor ?? startContext(params)
  return { kind: anchor === undefined ? 'genesis' : 'anchor', height, hash }
}

/** The network after its genesis header alone. */
export function startState(params: NetworkParams, poseidon: Poseidon): ChainState {
  return stateFrom(params, startContext(params), params.genesis, 'genesis', poseidon)
}

/**
 * The state an anchored proof begins with: the anchor was made natively from a header file. Work counts from here, and
 * the accumulator holds this header only.
 */
export function anchorState(params: NetworkParams, anchor: AnchorContext, poseidon: Poseidon): ChainState {
  const { header, ...context } = anchor
  return stateFrom(params, { ...context, chainwork: 0n }, header, 'anchor', poseidon)
}

function stateFrom(
  params: NetworkParams,
  context: ChainContext,
  header: Header,
  kind: ChainStart['kind'],
  poseidon: Poseidon,
): ChainState {
  const { height, hash } = context
  const history = append(poseidon, emptyAccumulator(poseidon), leafOf(height, hash, header))
  return { params, start: { kind, height, hash }, context, history }
}

/** The state after the next header, or the rule it breaks. */
export function advance(
  state: ChainState,
  header: Header,
  poseidon: Poseidon,
): { readonly ok: true; readonly next: ChainState } | HeaderRejection {
  const result = checkHeader(state.params, state.context, header)
  return result.ok ? { ok: true, next: afterValid(state, header, result.next, poseidon) } : result
}

/** The state after a header that has passed every rule; `context` is what they made of it. */
export function afterValid(state: ChainState, header: Header, context: ChainContext, poseidon: Poseidon): ChainState {
  const history = append(poseidon, state.history, leafOf(context.height, context.hash, header))
  return { ...state, context, history }
}
