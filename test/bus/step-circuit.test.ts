import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeField } from '../../src/bus/field.ts'
import { stepCircuit } from '../../src/bus/io/index.ts'
import type { ChainState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { stepInput } from '../../src/bus/step-input.ts'
import { BusWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import { mineChain, regtestStart } from './chain-fixture.ts'

/** The circuit's outputs are the first wires after the constant one. */
const outputs = (witness: Uint8Array) => decodeField(witness.slice(32, 32 * 11))

describe('step inputs and the step circuit', () => {
  let witnesses: BusWitnessSource
  beforeAll(async () => {
    witnesses = await BusWitnessSource.load(await compileCircuit(stepCircuit))
  }, 300_000)
  afterAll(() => witnesses.close())

  it('agree with the native state over full and half steps', async () => {
    const chain = mineChain(17)
    let state: ChainState = regtestStart()
    for (let i = 0; i < chain.headers.length; ) {
      const pair = [i, i + 1].map((at) => {
        const header = chain.headers[at]
        const next = chain.states[at]
        return header === undefined || next === undefined ? undefined : { header, next }
      })
      const [first, second] = pair
      if (first === undefined) break
      // Now and then a half step in the middle, as at a tip.
      const both = second !== undefined && i % 5 !== 0
      const input = both ? stepInput(state, first, second) : stepInput(state, first)
      const next = (both ? second : first).next
      expect(outputs(await witnesses.witness(input))).toEqual(packState(next))
      state = next
      i += both ? 2 : 1
    }
    expect(state.context.height).toBe(17)
  })
})
