import { expect, test } from 'vitest'
import { blockHash } from '../../src/bitcoin/index.ts'
import type { PlacedHeader } from '../../src/bitcoin/io/index.ts'
import type { HeaderSource } from '../../src/bus/io/index.ts'
import { KeptFolds, type Left } from '../../src/compute/io/kept-folds.ts'
import type { Fold } from '../../src/proving/index.ts'

const programs = [1, 2, 3].map((n) => new Uint8Array(32).fill(n)) as [Uint8Array, Uint8Array, Uint8Array]
const headerAt = (height: number, branch = 0) =>
  ({ height, hash: blockHash(new Uint8Array(32).fill(height + branch)) }) as PlacedHeader
const chain = (tip: number, branch = 0) =>
  ({
    headers: async (from: number, count: number) =>
      Array.from({ length: Math.min(count, tip - from + 1) }, (_, i) => headerAt(from + i, branch)),
  }) as unknown as HeaderSource

/** A fold that says how often it was forked. */
function foldOf(name: string): Fold {
  let forks = 0
  return { name, fork: async () => foldOf(`${name}.${forks++}`) } as unknown as Fold
}
const leftAt = (name: string, height: number) =>
  ({ fold: foldOf(name), at: { steps: 1, taken: height + 1, last: headerAt(height) } }) as unknown as Left
const nameOf = (left: Left | null) => (left === null ? null : (left.fold as unknown as { name: string }).name)

test('a fold is gone on with by forks of it, while its block is in the chain', async () => {
  const kept = new KeptFolds(1_000)
  const below = async (to: number, source = chain(50), from = 0) =>
    nameOf(await kept.below(programs[0], from, to, source, undefined))
  expect(await below(50)).toBeNull()
  await kept.keep(programs[0], 0, leftAt('a', 31), 10)
  expect([await below(50), await below(31)]).toEqual(['a.0.0', 'a.0.1'])
  expect([await below(30), await below(50, chain(50), 7)]).toEqual([null, null])
  await kept.keep(programs[0], 0, leftAt('b', 40), 10)
  expect(await below(50)).toBe('b.0.0')
  // Its block is gone; and then it is too.
  expect([await below(50, chain(50, 9)), await below(50)]).toEqual([null, null])
  await kept.keep(programs[0], 0, leftAt('c', 40), 10)
  expect([await below(50, chain(39)), await below(50)]).toEqual([null, null])
})

test('there is room for so many bytes: who came first stays, and makes room when it goes', async () => {
  const kept = new KeptFolds(200)
  const names = () =>
    Promise.all(programs.map(async (one) => nameOf(await kept.below(one, 0, 50, chain(50), undefined))?.at(0)))
  await Promise.all(programs.map((one, i) => kept.keep(one, 0, leftAt('abc'.charAt(i), 31), 20)))
  expect(await names()).toEqual(['a', 'b', undefined])
  // In the place of its own earlier one there is room.
  await Promise.all([kept.keep(programs[0], 0, leftAt('d', 32), 20), kept.keep(programs[0], 0, leftAt('e', 32), 20)])
  expect(await names()).toEqual(['e', 'b', undefined])
  await kept.keep(programs[1], 0, leftAt('f', 32), 1_000)
  await kept.keep(programs[2], 0, leftAt('g', 32), 20)
  expect(await names()).toEqual(['e', undefined, 'g'])
  kept.clear()
  expect(await names()).toEqual([undefined, undefined, undefined])
})
