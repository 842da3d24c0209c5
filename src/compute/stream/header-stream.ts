import type { BlockHash, Header } from '../../bitcoin/index.ts'
import { type Accumulator, append, emptyAccumulator, leafOf, openForAppend, type Poseidon } from '../../bus/index.ts'
import type { CircuitInput } from '../../proving/index.ts'

/** A header where it stands, with its own hash. */
export interface StreamHeader {
  readonly height: number
  readonly hash: BlockHash
  readonly header: Header
}

/** A stream's state as the circuit has it: the history so far, then the program's own elements. */
export interface StreamState {
  readonly history: Accumulator
  readonly own: readonly bigint[]
}

/** Before the first header: no history, and zeros. */
export function streamStart(poseidon: Poseidon, width: number): StreamState {
  return { history: emptyAccumulator(poseidon), own: new Array<bigint>(width).fill(0n) }
}

/** The state vector, of 1 + width elements. */
export function streamVector({ history, own }: StreamState): bigint[] {
  return [history.commitment, ...own]
}

/**
 * Inputs of one step of circuits/compute/header-stream.circom for the next 1 to `slots` headers, and the history after them.
 * What the program makes of them the circuit alone knows: its next state is among the step's outputs.
 */
export function streamStep(
  poseidon: Poseidon,
  state: StreamState,
  headers: readonly StreamHeader[],
  slots: number,
): { readonly input: CircuitInput; readonly history: Accumulator } {
  const last = headers.at(-1)
  if (last === undefined || headers.length > slots) {
    throw new RangeError(`a step takes 1 to ${slots} headers, not ${headers.length}`)
  }
  const leaves = []
  const rests = []
  let { history } = state
  for (let slot = 0; slot < slots; slot++) {
    // A slot that is not active runs too, over the last header again; what comes of it is dropped.
    const { height, hash, header } = headers[slot] ?? last
    const leaf = leafOf(height, hash, header)
    leaves.push(leaf)
    const [self, rest] = openForAppend(history)
    // Before the first header there is nothing after the list's first tree: the circuit opens the list itself.
    rests.push(history.rest === null ? self : rest)
    if (slot < headers.length) history = append(poseidon, history, leaf)
  }
  const [first] = openForAppend(state.history)
  const active = Array.from({ length: slots - 1 }, (_, i) => (i + 1 < headers.length ? 1 : 0))
  return { input: { state: streamVector(state), active, leaf: leaves, first, rests }, history }
}
