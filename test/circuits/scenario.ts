import {
  blockHash,
  blockWork,
  type ChainContext,
  decodeCompact,
  extendContext,
  type Header,
  headerHash,
  type NetworkParams,
  requiredBits,
} from '../../src/bitcoin/index.ts'
import { requiredVersion } from '../../src/bitcoin/versions.ts'
import { append, emptyAccumulator } from '../../src/bus/accumulator.ts'
import { leafOf } from '../../src/bus/leaf.ts'
import type { ChainState } from '../../src/bus/state.ts'
import { type StepInput, stepInput } from '../../src/bus/step-input.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { type HashRange, mineHeader } from '../support/mine.ts'
import { minedHeader } from './mined-nonces.ts'

/** What a state is to be; what is left out is plausible. */
export interface Wanted {
  readonly params: NetworkParams
  readonly height: number
  readonly bits?: number
  /** Of the last headers, oldest first; eleven, or as many as exist. */
  readonly times?: readonly number[]
  readonly epochStartTime?: number
  readonly maxTime?: number
  readonly chainwork?: bigint
}

const NOW = 1_700_000_000

/** A state made up: the circuit must judge rightly from any that a chain could reach. */
export function stateAt(wanted: Wanted): ChainState {
  const { params, height } = wanted
  const bits = wanted.bits ?? params.genesis.bits
  const { target } = decodeCompact(bits)
  const times =
    wanted.times ??
    Array.from({ length: Math.min(11, height + 1) }, (_, i, n = Math.min(10, height)) => NOW + 600 * (i - n))
  const hash = blockHash(Uint8Array.from({ length: 32 }, (_, i) => (i < 26 ? (37 * i + height) & 255 : 0)))
  const context: ChainContext = {
    height,
    hash,
    bits,
    target,
    work: blockWork(target),
    times,
    epochStartTime: wanted.epochStartTime ?? times.at(-1)! - 600 * (height % params.epochLength),
    epochStartBits: bits,
    lastRegularBits: bits,
    maxTime: wanted.maxTime ?? Math.max(...times),
    chainwork: wanted.chainwork ?? 1n << 80n,
  }
  const history = append(poseidon, emptyAccumulator(poseidon), leafOf(height, hash, params.genesis))
  return { params, start: { kind: 'anchor', height, hash }, context, history }
}

/** The next header, right but for what differs; mined on regtest, elsewhere its nonce is on file. */
export function nextHeader(state: ChainState, differs: Partial<Header> = {}, range?: HashRange): Header {
  const { params, context } = state
  const time = differs.time ?? context.times.at(-1)! + 600
  const template: Header = {
    version: requiredVersion(params, context.height + 1) ?? 1,
    prevHash: context.hash,
    merkleRoot: new Uint8Array(32).fill(7),
    time,
    bits: requiredBits(params, context, time),
    nonce: 0,
    ...differs,
  }
  const own = decodeCompact(template.bits)
  const high = own.negative || own.overflow ? context.target : own.target
  const wanted = range ?? { high }
  const found = high >> 250n > 0n ? mineHeader(template, wanted) : minedHeader(template, wanted)
  if (found === undefined) throw new Error('no nonce fits')
  return found
}

/** The state after a header, whether it is valid or not. */
export function after(state: ChainState, header: Header): ChainState {
  const hash = headerHash({ ...header, prevHash: state.context.hash })
  const context = extendContext(state.params, state.context, header, hash)
  const history = append(poseidon, state.history, leafOf(context.height % 2 ** 32, hash, header))
  return { ...state, context, history }
}

/** The inputs of a step over one header or two, valid or not. */
export function stepOf(state: ChainState, first: Header, second?: Header): StepInput {
  const middle = after(state, first)
  const one = { header: first, next: middle }
  return second === undefined
    ? stepInput(state, one)
    : stepInput(state, one, { header: second, next: after(middle, second) })
}

/** As one step's inputs with some words of a slot replaced: 0 version, 1 to 8 merkle root, 9 time, 10 bits, 11 nonce. */
export function withWords(input: StepInput, slot: 0 | 1, words: readonly number[]): StepInput {
  return { ...input, words: input.words.map((old, s) => (s === slot ? words : old)) }
}

export function withPeaks(input: StepInput, change: Readonly<Record<number, bigint>>): StepInput {
  return { ...input, peaks: input.peaks.map((peak, i) => change[i] ?? peak) }
}
