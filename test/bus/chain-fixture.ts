import {
  encodeHeader,
  type Header,
  hashToUint256,
  headerHash,
  type NetworkParams,
  regtest,
} from '../../src/bitcoin/index.ts'
import { advance, type ChainState, startState } from '../../src/bus/state.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { poseidon } from './poseidon-reference.ts'

/** Headers mined here on regtest's target: half of all nonces do. `salt` makes another branch. */
export function mine(state: ChainState, salt = 0): Header {
  const { context } = state
  const template: Header = {
    version: 4,
    prevHash: context.hash,
    merkleRoot: new Uint8Array(32).fill(salt + 1),
    time: (context.times.at(-1) ?? 0) + 1,
    bits: context.bits,
    nonce: 0,
  }
  for (let nonce = 0; ; nonce++) {
    const header = { ...template, nonce }
    if (hashToUint256(headerHash(header)) <= context.target) return header
  }
}

export interface FixtureChain {
  readonly headers: readonly Header[]
  readonly states: readonly ChainState[]
}

/** Extends `from` (genesis by default) by `count` headers; `states[i]` follows `headers[i]`. */
export function mineChain(count: number, salt = 0, from = regtestStart()): FixtureChain {
  const headers: Header[] = []
  const states: ChainState[] = []
  let state = from
  for (let i = 0; i < count; i++) {
    const header = mine(state, salt)
    const result = advance(state, header, poseidon)
    if (!result.ok) throw new Error(`fixture header refused: ${result.reject}`)
    state = result.next
    headers.push(header)
    states.push(state)
  }
  return { headers, states }
}

export function regtestStart(): ChainState {
  return startState(regtest, poseidon)
}

/** A header file that begins with genesis. */
export function headerFile(headers: readonly Header[], params: NetworkParams = regtest): Uint8Array {
  return concatBytes(encodeHeader(params.genesis), ...headers.map(encodeHeader))
}
