import { createHash } from 'node:crypto'
import { decodeHeader } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/field.ts'
import { advance, type ChainState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import type { StepInput } from '../../src/bus/step-input.ts'
import { BUS_CIRCUIT_ID } from '../../src/bus/verifier/built-in.ts'
import { bytesToHex, concatBytes, equalBytes, readUint32, uint32Bytes } from '../../src/lib/index.ts'
import type { CircuitInput, Fold, FoldEngine, SnarkVerifier, WitnessSource } from '../../src/proving/index.ts'
import { poseidon, poseidonSource } from './poseidon-reference.ts'

/**
 * A deterministic engine for tests of the loop around it: the "circuit" is the native rules, a "witness" holds the
 * vector before and after, and a "SNARK" is step count, start and end under a checksum. It proves nothing.
 */
export const FAKE_KEY = 'fa'.repeat(32)

const seal = (body: Uint8Array) => concatBytes(body, createHash('sha256').update(body).digest())
const coded = (code: string) => Object.assign(new Error(code), { code })
function unseal(bytes: Uint8Array, code: string): Uint8Array {
  const body = bytes.slice(0, -32)
  if (bytes.length < 32 || !equalBytes(seal(body), bytes)) throw coded(code)
  return body
}

export class FakeEngine implements FoldEngine, WitnessSource, SnarkVerifier {
  readonly info
  readonly keyId: string
  readonly circuitId = BUS_CIRCUIT_ID
  readonly setup = 'insecure-dev'
  readonly arity = 10
  /** Steps folded since the engine was made. */
  folded = 0
  /** How many of them had an inactive second slot. */
  halfSteps = 0
  onFold: () => Promise<void> | void = () => undefined
  readonly #states = new Map<string, ChainState>()

  constructor(start: ChainState, keyId = FAKE_KEY) {
    this.keyId = keyId
    this.info = { keyId, setup: 'insecure-dev', arity: 10, wires: 20 } as const
    this.know(start)
  }

  know(state: ChainState): void {
    this.#states.set(bytesToHex(encodeField(packState(state))), state)
  }

  async witness(input: CircuitInput): Promise<Uint8Array> {
    const { state, active, words } = input as unknown as StepInput
    const before = encodeField(state)
    let at = this.#states.get(bytesToHex(before))
    if (at === undefined) throw coded('E_WITNESS')
    for (const slot of words.slice(0, 1 + active)) {
      const bytes = new Uint8Array(80)
      const view = new DataView(bytes.buffer)
      const offsets = [0, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76]
      slot.forEach((word, i) => {
        view.setUint32(offsets[i] as number, word)
      })
      bytes.set(at.context.hash, 4)
      const result = advance(at, decodeHeader(bytes), poseidon)
      if (!result.ok) throw coded('E_WITNESS')
      at = result.next
    }
    if (active === 0) this.halfSteps++
    this.know(at)
    return concatBytes(before, encodeField(packState(at)))
  }

  begin(start: Uint8Array): Fold {
    return this.#fold(start, start, 0)
  }

  async restore(saved: Uint8Array, start: Uint8Array): Promise<Fold> {
    const body = unseal(saved, 'E_ACCUMULATOR')
    if (!equalBytes(body.slice(4, 324), start)) throw coded('E_ACCUMULATOR')
    return this.#fold(start, body.slice(324), readUint32(body, 0))
  }

  async verify(snark: Uint8Array, steps: number, start: Uint8Array): Promise<Uint8Array> {
    const body = unseal(snark, 'E_PROOF_MALFORMED')
    if (readUint32(body, 0) !== steps || !equalBytes(body.slice(4, 324), start)) throw coded('E_PROOF_INVALID')
    return body.slice(324)
  }

  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return poseidonSource.poseidon(tag, inputs)
  }

  async close(): Promise<void> {}

  #fold(start: Uint8Array, end: Uint8Array, done: number): Fold {
    let steps = done
    let at = end
    const bytes = () => seal(concatBytes(uint32Bytes(steps), start, at))
    return {
      get steps() {
        return steps
      },
      state: () => at,
      fold: async (witness) => {
        await this.onFold()
        if (!equalBytes(witness.slice(0, 320), at)) throw coded('E_WITNESS')
        at = witness.slice(320)
        steps++
        this.folded++
      },
      fork: async () => this.#fold(start, at, steps),
      save: async () => bytes(),
      compress: async () => bytes(),
    }
  }
}
