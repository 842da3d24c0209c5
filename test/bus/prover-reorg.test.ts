import { describe, expect, it } from 'vitest'
import type { HeaderSource } from '../../src/bus/io/prover/header-source.ts'
import type { FixtureChain } from './chain-fixture.ts'
import { branches, heightOf, main, node, ProverPlace, source, stateAt } from './prover-fixture.ts'

const place = new ProverPlace()
const withProver: ProverPlace['withProver'] = (use, changes) => place.withProver(use, changes)

describe('prover loop', () => {
  it.each([0, 1, 2])('follows a reorg to the other branch (%i)', async (i) => {
    const other = branches[i] as FixtureChain
    const fork = main.headers.findIndex((header, at) => header !== other.headers[at])
    await withProver(async (prover, engine, store) => {
      for (const height of [fork, 60]) await prover.advanceTo(source(main.headers), height)
      const before = engine.folded
      await prover.advanceTo(source(other.headers))
      expect(engine.folded - before).toBe(Math.ceil((other.headers.length - fork) / 2))
      expect(await heightOf(prover)).toBe(other.headers.length)
      expect(prover.state?.context.hash).toEqual(stateAt(other, other.states.length - 1).context.hash)
      expect(store.list().some((entry) => entry.height === 60)).toBe(true)
      // And back again: the abandoned branch's checkpoint still serves.
      const again = engine.folded
      await prover.advanceTo(source(main.headers), 60)
      expect(engine.folded).toBe(again)
    })
  })

  it('looks anew when the node reorganises between checking and folding', async () => {
    const other = branches[1] as FixtureChain
    let chain = main
    const changing = node(() => chain, 7)
    await withProver(async (prover, engine) => {
      let folds = 0
      engine.onFold = () => {
        if (++folds === 27) chain = other
      }
      expect((await prover.advanceTo(changing)).ok).toBe(true)
      expect(prover.state?.context.hash).toEqual(stateAt(other, other.states.length - 1).context.hash)
      expect(await heightOf(prover)).toBe(62)
    })
  })

  it('does not look again where headers cannot change', async () => {
    const real = source(main.headers)
    let reads = 0
    // Gone between the check (one read) and the folding: a node may reorganise so, a file is damaged.
    const failing = (fixed: boolean): HeaderSource => ({
      ...real,
      fixed,
      headers: async (from, count) => (++reads > 1 ? [] : await real.headers(from, count)),
    })
    await withProver(async (prover) => {
      await expect(prover.advanceTo(failing(true))).rejects.toMatchObject({ code: 'E_REORG' })
      expect(reads).toBe(2)
      reads = 0
      await expect(prover.advanceTo(failing(false))).rejects.toMatchObject({ code: 'E_NO_HEADERS' })
      // The second look that finds nothing again is believed.
      expect(reads).toBe(4)
    })
  })
})
