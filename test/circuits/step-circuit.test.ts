import { beforeAll, describe, expect, test } from 'vitest'
import { type Header, regtest } from '../../src/bitcoin/index.ts'
import { advance, type ChainState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { mineChain, regtestStart } from '../bus/chain-fixture.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { touched } from '../support/symbols.ts'
import { MOST_PER_SLOT, stepCount, stepParts } from './constraint-counts.ts'
import { judgedCases } from './differential.ts'
import { nextHeader, stateAt, stepOf } from './scenario.ts'
import { loadStepCircuit, type StepCircuit } from './step-circuit.ts'

let circuit: StepCircuit
beforeAll(async () => {
  circuit = await loadStepCircuit()
}, 600_000)

describe('constraints', () => {
  test('the exact number, and what a slot may cost', () => {
    const { constraints, linear, outputs, publicInputs, privateInputs } = circuit.r1cs
    expect({ nonLinear: constraints - linear, linear }).toEqual(stepCount)
    expect(constraints / 2).toBeLessThanOrEqual(MOST_PER_SLOT)
    expect([outputs, publicInputs, privateInputs]).toEqual([10, 10, 34])
  })

  test('by component', () => {
    const counted: Record<string, number> = {}
    for (const name of circuit.names) {
      const part = name.split(/[.:[]/)[name.startsWith('main.') ? 1 : 0]!
      counted[part] = (counted[part] ?? 0) + 1
    }
    expect(counted).toEqual(stepParts)
  })

  // The names come from the model; that they belong to these constraints shows where a name speaks of one wire.
  test('every constraint has its name', () => {
    expect(circuit.names.length).toBe(circuit.r1cs.constraints)
    let compared = 0
    circuit.names.forEach((name, i) => {
      const bit = /^(.*): (.*) is 0 or 1$/.exec(name)
      const signal = bit && `${bit[1]}.${bit[2]}`
      if (!signal || !circuit.symbols.wires.has(signal)) return
      compared++
      if (!touched(circuit.r1cs, circuit.symbols, i).includes(signal)) throw new Error(`${name} is not constraint ${i}`)
    })
    expect(compared).toBeGreaterThan(30_000)
  })
})

describe('witnesses', () => {
  test('the model and circom make the same', () => {
    const { headers, states } = mineChain(3)
    const [first, second, third] = headers as [Header, Header, Header]
    for (const input of [stepOf(regtestStart(), first, second), stepOf(states[1]!, third)]) {
      const made = decodeWitness(circuit.calculator.calculate({ ...input }))
      expect(circuit.witness(input).findIndex((value, i) => value !== made[i])).toBe(-1)
    }
  })

  // test/soak/determined.test.ts looks at all of them.
  test('a witness is refused that is edited in any of some forty wires, every 2,711th', () => {
    const state = stateAt({ params: regtest, height: 33 })
    const honest = circuit.witness(stepOf(state, nextHeader(state)))
    for (let wire = 1; wire < honest.length; wire += 2711) {
      const edited = [...honest]
      edited[wire] = (honest[wire]! + 1n) % 2n ** 253n
      // The inverse of zero is nobody's business.
      if (/inverse$/.test(circuit.symbols.names[wire]!)) continue
      expect(circuit.refusals(edited)).not.toEqual([])
    }
  })
})

/** Goes through headers with one or two a step; every state must be the native one. Says where epochs began. */
function walk(start: ChainState, headers: readonly Header[], pattern: readonly (1 | 2)[]): string[] {
  const began: string[] = []
  let state = start
  let at = 0
  let before = 2
  for (let i = 0; at < headers.length; i++) {
    const size = Math.min(pattern[i % pattern.length]!, headers.length - at)
    const taken = headers.slice(at, at + size)
    const witness = circuit.witness(stepOf(state, taken[0]!, taken[1]))
    expect(circuit.refusals(witness)).toEqual([])
    for (const [slot, header] of taken.entries()) {
      const result = advance(state, header, poseidon)
      if (!result.ok) throw new Error(result.reject)
      state = result.next
      const { height } = state.context
      if (height % state.params.epochLength === 0) {
        began.push(`slot ${slot}${slot === 0 && before === 1 ? ' after a half step' : ''}`)
      }
    }
    expect(circuit.next(witness)).toEqual(packState(state))
    before = size
    at += size
  }
  return began
}

describe('chains of steps end where the native rules end', () => {
  test('epochs of four that ease and harden, beginning in either slot and after half steps', () => {
    const longest = judgedCases()
      .filter(({ params, rule }) => params.name === 'short-epochs' && rule === undefined)
      .reduce((a, b) => (b.ancestors.length > a.ancestors.length ? b : a))
    const headers = [...longest.ancestors.slice(1), longest.header].slice(0, 20)
    let genesis = longest.parent
    for (const one of judgedCases())
      if (one.params.name === 'short-epochs' && one.ancestors.length === 1) genesis = one.parent
    // Heights 1-2, 3-4 (boundary in slot 1), …; then 1, 2-3, 4 (slot 0), …; then half steps only.
    expect(new Set(walk(genesis, headers.slice(0, 12), [2]))).toEqual(new Set(['slot 1']))
    expect(walk(genesis, headers.slice(0, 8), [2, 1, 2])).toContain('slot 0 after a half step')
    expect(new Set(walk(genesis, headers.slice(0, 9), [1, 2, 2, 2]))).toContain('slot 0')
  })

  test('epochs of two, the shortest there are', () => {
    const params = { ...regtest, epochLength: 2 }
    const start = stateAt({ params, height: 2 })
    const headers: Header[] = []
    let state = start
    for (let i = 0; i < 6; i++) {
      headers.push(nextHeader(state))
      const result = advance(state, headers.at(-1)!, poseidon)
      if (!result.ok) throw new Error(result.reject)
      state = result.next
    }
    expect(walk(start, headers, [2])).toEqual(['slot 1', 'slot 1', 'slot 1'])
    expect(walk(start, headers, [1, 2, 2])).toEqual(['slot 0 after a half step', 'slot 0', 'slot 0'])
  })
})
