import { expect, it } from 'vitest'
import type { FoldProgress } from '../../src/bus/io/prover/prover.ts'
import { FakeEngine } from './fake-engine.ts'
import { main, NOW, ProverPlace, source, start } from './prover-fixture.ts'

const place = new ProverPlace()

it('the pace is that of the work: what comes before the first step is none of it', async () => {
  let now = NOW * 1000
  let isLoaded = false
  const made = new FakeEngine(start)
  for (const state of main.states) made.know(state)
  const witnesses = {
    witness: async (...input: Parameters<FakeEngine['witness']>) => {
      if (!isLoaded) now += 60_000
      isLoaded = true
      return await made.witness(...input)
    },
    close: async () => undefined,
  }
  const told: FoldProgress[] = []
  await place.withProver(
    async (prover, engine) => {
      engine.onFold = () => {
        now += 2_000
      }
      prover.events.on('progress', (progress) => told.push(progress))
      await prover.advanceTo(source(main.headers), 20)
    },
    { clock: () => now, witnesses },
  )
  // Two headers a step, two seconds a step.
  expect(told.map(({ secondsPerHeader }) => secondsPerHeader)).toEqual(new Array(10).fill(1))
})
