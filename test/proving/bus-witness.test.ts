import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { mainnet } from '../../src/bitcoin/index.ts'
import { stepCircuit } from '../../src/bus/io/index.ts'
import { advance, anchorState, type ChainState, startState } from '../../src/bus/state.ts'
import { stepInput } from '../../src/bus/step-input.ts'
import { type CompiledCircuit, WitnessCalculator } from '../../src/proving/index.ts'
import { BusWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import { mine, mineChain, regtestStart } from '../bus/chain-fixture.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { excerpt, excerptContext } from '../support/excerpts.ts'

describe('native witnesses of the bus circuit', () => {
  let circuit: CompiledCircuit
  let native: BusWitnessSource
  let circom: WitnessCalculator
  beforeAll(async () => {
    circuit = await compileCircuit(stepCircuit)
    native = await BusWitnessSource.load(circuit)
    circom = await WitnessCalculator.load(new Uint8Array(await readFile(circuit.wasm)))
  }, 300_000)

  /** Runs headers through both generators, a half step wherever `half` says so; returns the last state. */
  async function compare(
    start: ChainState,
    headers: readonly Parameters<typeof advance>[1][],
    half: (i: number) => boolean,
  ) {
    let state = start
    for (let i = 0; i < headers.length; ) {
      const steps = [headers[i], half(i) ? undefined : headers[i + 1]].flatMap((header) => header ?? [])
      const after = steps.reduce<{ header: (typeof headers)[number]; next: ChainState }[]>((done, header) => {
        const result = advance(done.at(-1)?.next ?? state, header, poseidon)
        if (!result.ok) throw new Error(`${result.reject} at ${result.height}`)
        done.push({ header, next: result.next })
        return done
      }, [])
      const [first, second] = after
      if (first === undefined) break
      const input = second === undefined ? stepInput(state, first) : stepInput(state, first, second)
      const expected = circom.calculate(input)
      expect(Buffer.compare(await native.witness(input), expected), `at height ${first.next.context.height}`).toBe(0)
      state = (second ?? first).next
      i += after.length
    }
    return state
  }

  it("are circom's, byte for byte, from mainnet's genesis", async () => {
    const { headers } = excerpt('mainnet-start')
    await compare(startState(mainnet, poseidon), headers.slice(1, 18), (i) => i % 5 === 3)
  }, 60_000)

  it.each([
    ['slot 0', 32_255, false],
    ['slot 1', 32_254, false],
    ['slot 0 after a half step', 32_254, true],
  ])(
    'across a retarget in %s',
    async (_, at, halfFirst) => {
      const chain = excerpt('mainnet-32256')
      const start = anchorState(chain.params, excerptContext(chain, at), poseidon)
      const next = chain.headers.slice(at - chain.startHeight + 1)
      const last = await compare(start, next, (i) => halfFirst && i === 0)
      expect(last.context.bits).not.toBe(start.context.bits)
    },
    60_000,
  )

  it('on regtest, where every number is large', async () => {
    const chain = mineChain(9)
    const last = await compare(regtestStart(), chain.headers, (i) => i === 4)
    expect(last.context.height).toBe(9)
    await compare(last, [mine(last)], () => true)
  }, 60_000)

  it('refuse the symbols of another circuit, and inputs of another shape', async () => {
    const sym = await readFile(circuit.sym, 'utf8')
    const other = join(tmpdir(), `wsc-other-${process.pid}.sym`)
    await writeFile(other, sym.replace('main.retarget.span', 'main.retarget.sban'))
    await expect(BusWitnessSource.load({ ...circuit, sym: other })).rejects.toMatchObject({
      code: 'E_WITNESS',
      message: expect.stringContaining('main.retarget.sban'),
    })
    await writeFile(other, 'not a symbol file')
    await expect(BusWitnessSource.load({ ...circuit, sym: other })).rejects.toMatchObject({ code: 'E_WITNESS' })

    const input = { state: Array(10).fill(0n), peaks: Array(9).fill(0n), words: Array(24).fill(0), active: 0 }
    for (const bad of [
      { ...input, state: [] },
      { ...input, words: [...input.words.slice(1), 2 ** 32] },
      { ...input, active: 2 },
      { ...input, peaks: Array(9).fill((1n << 256n) - 1n) },
    ]) {
      await expect(native.witness(bad)).rejects.toMatchObject({ code: 'E_WITNESS' })
    }
  })
})
