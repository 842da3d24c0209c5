import { encodeHeader, type Header } from '../bitcoin/index.ts'
import { type Opening, openForAppend, openList } from './accumulator.ts'
import type { ChainState } from './state.ts'
import { packState } from './state-vector.ts'

/** Inputs of circuits/bus/step.circom, by signal name. */
export type StepInput = {
  readonly state: readonly bigint[]
  readonly active: 0 | 1
  /** Per slot the header's words as SHA-256 reads them, without the previous hash: that comes from the state. */
  readonly words: readonly (readonly number[])[]
  readonly peaks: readonly bigint[]
}

const WORDS = 12

/** Byte offsets of version, merkle root, time, bits and nonce: everything but bytes 4 to 35, the previous hash. */
const WORD_OFFSETS = [0, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76] as const

export function headerWords(header: Header): number[] {
  const bytes = encodeHeader(header)
  const view = new DataView(bytes.buffer)
  return WORD_OFFSETS.map((offset) => view.getUint32(offset))
}

/** One header and the state it leads to. */
export interface Advanced {
  readonly header: Header
  readonly next: ChainState
}

/**
 * The inputs of one step: `first` always, `second` when two headers are folded at once. Without it slot 1 is inactive,
 * holds zeros, and leaves the state after slot 0 untouched; a later header then starts a new step.
 */
export function stepInput(state: ChainState, first: Advanced, second?: Advanced): StepInput {
  const afterFirst = first.next.history
  const openings: Opening[] = [
    ...openForAppend(state.history),
    afterFirst.rest === null ? [0n, 0n, 0n] : openList(afterFirst.rest),
  ]
  return {
    state: packState(state),
    active: second === undefined ? 0 : 1,
    words: [headerWords(first.header), second === undefined ? new Array(WORDS).fill(0) : headerWords(second.header)],
    peaks: openings.flat(),
  }
}
