import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ResultsStore } from '../../src/compute/io/results/results-store.ts'
import { latestResult, latestUpTo, risingResults } from '../../src/compute/results/latest.ts'
import { blockAfter, GENESIS, hashOf, type MadeBlock, madeRecord, openMade } from './results-scene.ts'

const [A, B] = [hashOf('a'), hashOf('b')]

/** A record of a result of a program at a height; `what` tells results of one height apart. */
const of = (program: string, height: number, what = '') => ({
  ...madeRecord(`${program} ${height} ${what}`),
  program,
  height,
})

async function chained(...blocks: readonly (readonly ReturnType<typeof madeRecord>[])[]) {
  const store = await openMade([A, B])
  const made: MadeBlock[] = []
  for (const records of blocks) {
    const block = blockAfter(made.at(-1) ?? GENESIS, records)
    made.push(block)
    await store.connect(block, records)
  }
  return { store, made }
}

const latest = async (store: ResultsStore, to: number) => {
  const found = await latestResult(store, A, to)
  return found === null ? null : [found.block.height, found.result.height, found.result.id]
}

describe('the latest result that counts', () => {
  test('is that of the greatest height, whichever record came last', async () => {
    const [ten, eleven, old] = [of(A, 10), of(A, 11), of(A, 9)]
    const { store } = await chained(...Array.from({ length: 12 }, () => []), [ten], [eleven, of(B, 12)], [old])
    expect(await latest(store, 11)).toBeNull()
    expect(await latest(store, 12)).toEqual([12, 10, ten.id])
    expect(await latest(store, 13)).toEqual([13, 11, eleven.id])
    expect(await latest(store, 14)).toEqual([13, 11, eleven.id])
    expect((await risingResults(store, A, 0)).map(({ block, result }) => [block.height, result.height])).toEqual([
      [12, 10],
      [13, 11],
    ])
    expect(await risingResults(store, A, 11)).toHaveLength(1)
    expect(await risingResults(store, A, 12)).toEqual([])
  })

  test('is the first record of it, and of one height the first result', async () => {
    const first = of(A, 1, 'x')
    const { store } = await chained([], [], [madeRecord(null), first, of(A, 1, 'y')], [{ ...first, id: of(A, 1).id }])
    expect(await latest(store, 3)).toEqual([2, 1, first.id])
  })

  test('is another one once its block has left the chain', async () => {
    const [one, two] = [of(A, 1), of(A, 2)]
    const { store, made } = await chained([], [], [one], [two])
    expect(await latest(store, 3)).toEqual([3, 2, two.id])
    expect(await latestUpTo(store, A, made[3]!)).toMatchObject({ counted: { result: { id: two.id } } })
    await store.disconnect(made[2]!.hash)
    expect(await latestUpTo(store, A, made[3]!)).toMatchObject({ reject: 'moving' })
    expect(await latestUpTo(store, A, { ...made[2]!, hash: hashOf('other') })).toMatchObject({ reject: 'moving' })
    expect(await latestUpTo(store, A, made[2]!)).toMatchObject({ counted: { result: { id: one.id } } })
    expect(await latest(store, 3)).toEqual([2, 1, one.id])
  })

  test('is at every block what is the last that rose up to there', async () => {
    const records = fc.array(fc.tuple(fc.constantFrom(A, B), fc.nat(5), fc.nat(1)), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.array(records, { maxLength: 8 }), async (blocks) => {
        const made = blocks.map((some, height) =>
          some.map(([program, back, what]) => of(program, Math.max(0, height - 1 - back), `${what}`)),
        )
        const { store } = await chained([], ...made)
        const rising = await risingResults(store, A, 0)
        for (let to = 0; to <= blocks.length; to++) {
          const last = rising.filter(({ block }) => block.height <= to).at(-1) ?? null
          expect(await latestResult(store, A, to)).toEqual(last)
        }
      }),
      { numRuns: 100 },
    )
  })
})
