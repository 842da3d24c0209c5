import { decodeHeader, HEADER_BYTES } from '../../src/bitcoin/index.ts'
import type { Poseidon } from '../../src/bus/index.ts'
import { advance, type ChainState, startState } from '../../src/bus/state.ts'
import type { Advanced } from '../../src/bus/step-input.ts'
import { headerBytes } from './headers.ts'

/** A chain with every state on the way: what witnesses are made from. */
export interface Chain {
  readonly start: ChainState
  /** Header 1, header 2, … each with the state after it. */
  readonly advanced: readonly Advanced[]
  readonly source: string
}

export function makeChain(headers: number, poseidon: Poseidon): Chain {
  const { params, bytes, source } = headerBytes(headers)
  const start = startState(params, poseidon)
  const advanced: Advanced[] = []
  for (let height = 1; height <= headers; height++) {
    const header = decodeHeader(bytes, height * HEADER_BYTES)
    const result = advance(advanced.at(-1)?.next ?? start, header, poseidon)
    if (!result.ok) throw new Error(`header ${height} is refused: ${result.reject}: ${result.detail}`)
    advanced.push({ header, next: result.next })
  }
  return { start, advanced, source }
}
