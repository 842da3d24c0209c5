import type { BlockHash, Header } from '../../bitcoin/index.ts'
import {
  type Accumulator,
  append,
  emptyAccumulator,
  leafOf,
  type Opening,
  openForAppend,
  openList,
  type Poseidon,
} from '../../bus/index.ts'
import type { CircuitInput } from '../../proving/index.ts'

/** Headers of a step that may join trees: joinSlots of circuits/compute/header-stream.circom. */
export const JOIN_SLOTS = 4

/** A header where it stands, with its own hash. */
export interface StreamHeader {
  readonly height: number
  readonly hash: BlockHash
  readonly header: Header
}

/** A stream's state as the circuit has it. */
export interface StreamState {
  readonly history: Accumulator
  /** What chains the entries so far. */
  readonly log: bigint
  /** The program's own elements. */
  readonly own: readonly bigint[]
}

/** Before the first header: no history, and zeros. */
export function streamStart(poseidon: Poseidon, width: number): StreamState {
  return { history: emptyAccumulator(poseidon), log: 0n, own: new Array<bigint>(width).fill(0n) }
}

/** The state vector, of 2 + width elements. */
export function streamVector({ history, log, own }: StreamState): bigint[] {
  return [history.commitment, log, ...own]
}

/** Whether a stream can go on after this history: all of its trees have at least 2^levels - 1 headers. */
export function wholeTrees(history: Accumulator, levels: number): boolean {
  // The newest tree is the smallest.
  return history.rest === null || Number(history.size) >= 2 ** levels - 1
}

/** How many headers a step takes: those that join trees, and then those of a new tree. */
export interface StepPlan {
  readonly joins: number
  readonly leaves: number
}

/**
 * What the next step takes where `left` headers are to come. Trees of 2^levels - 1 headers are made whole but for the
 * chain's last one, so no step comes after one that ended within a tree: throws a RangeError.
 */
export function planStep(history: Accumulator, levels: number, left: number): StepPlan {
  const whole = 2 ** levels - 1
  const sizes: number[] = []
  for (let at = history; at.rest !== null; at = at.rest) sizes.push(Number(at.size))
  if (sizes.some((size) => size < whole)) throw new RangeError('a stream goes on from whole trees only')
  const joining = () => sizes.length > 1 && sizes[0] === sizes[1]
  let joins = 0
  for (; joining() && joins < Math.min(JOIN_SLOTS, left); joins++) {
    const [newer, older] = sizes.splice(0, 2) as [number, number]
    sizes.unshift(newer + older + 1)
  }
  return { joins, leaves: joining() ? 0 : Math.min(whole, left - joins) }
}

/**
 * Inputs of one step of circuits/compute/header-stream.circom for the headers that were planned, and the history after
 * them. What the program makes of them the circuit alone knows: its next state is among the step's outputs.
 */
export function streamStep(
  poseidon: Poseidon,
  state: StreamState,
  headers: readonly StreamHeader[],
  levels: number,
): { readonly input: CircuitInput; readonly history: Accumulator } {
  const { joins, leaves } = planStep(state.history, levels, headers.length)
  const last = headers.at(-1)
  if (last === undefined || joins + leaves !== headers.length) {
    throw new RangeError(`a step does not take ${headers.length} headers here`)
  }
  // A slot that is not active runs too, over the last header again; what comes of it is dropped.
  const idle = leafOf(last.height, last.hash, last.header)
  const slots = JOIN_SLOTS + 2 ** levels - 1
  const leaf = new Array(slots).fill(idle)
  const active = new Array<number>(slots).fill(0)
  const older = new Array<Opening>(JOIN_SLOTS).fill([0n, 0n, 0n])
  let { history } = state
  headers.forEach(({ height, hash, header }, i) => {
    const slot = i < joins ? i : JOIN_SLOTS + i - joins
    if (i < joins) older[i] = openForAppend(history)[1]
    leaf[slot] = leafOf(height, hash, header)
    active[slot] = 1
    history = append(poseidon, history, leaf[slot])
  })
  return { input: { state: streamVector(state), active, leaf, first: openList(state.history), older }, history }
}
