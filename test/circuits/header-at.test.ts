import { beforeAll, describe, expect, test } from 'vitest'
import { headerForgeries } from './forgeries/history-header.ts'
import { epochForgeries } from './forgeries/long-epoch.ts'
import { EPOCH, epochOf, headerAtInput, ListedChain, openedInput } from './header-at-scene.ts'
import { free, HISTORY_HINTS } from './hints.ts'
import { LEVELS, madeUp, outputsOf } from './history-scene.ts'
import { headerAt, longEpoch } from './model/compute/header-at.ts'
import type { Lies } from './model/signals.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

let header: TemplateCircuit
let epoch: TemplateCircuit
beforeAll(async () => {
  header = await loadTemplate('header-at')
  epoch = await loadTemplate('long-epoch')
}, 240_000)

const MOST = 2 ** LEVELS

describe('HeaderAt', () => {
  const edges = [1, 2, 3, 6, 7, 8, 15, 2 ** 20 - 2, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 21 - 1, MOST - 1, MOST]
  test.each(edges)('tells the first and last header, and one between, of %i', (count) => {
    for (const index of new Set([0, count >> 1, count - 1])) {
      for (const start of [0, 824_000]) {
        const opened = madeUp(count, index, start)
        expect(header.run({ ...openedInput(opened) })).toEqual(outputsOf(opened))
      }
    }
  })

  test('of a list that is really made, as trees join', () => {
    const chain = new ListedChain(Array.from({ length: 16 }, (_, i) => 1_600_000_000 + i))
    for (let tip = 0; tip < 16; tip++) {
      for (let height = 0; height <= tip; height++) {
        const opening = chain.opening(height, tip)
        const told = header.run({ history: chain.history(tip), start: 0, tip, height, opening })
        expect(told?.slice(0, 2)).toEqual([BigInt(1_600_000_000 + height), BigInt(chain.bits(height))])
      }
    }
  })

  test('refuses a height outside the chain, and a tip below its start', () => {
    const input = openedInput(madeUp(7, 6, 100))
    const refused = (changes: object) => expect(header.run({ ...input, ...changes })).toBeUndefined()
    refused({ height: 99n })
    refused({ height: 107n })
    refused({ tip: 99n })
    refused({ tip: 107n })
    refused({ start: 101n })
    refused({ history: input.history + 1n })
    // The leaf, and the two halves below it: all else is unused in a list of one tree.
    for (const i of [0, 1, 2, 5, 6]) refused({ opening: input.opening.with(i, (input.opening[i] as bigint) + 1n) })
  })

  // What forges HistoryHeader, handed in by way of HeaderAt: complete witnesses, held against the compiled R1CS alone.
  const within = (name: string) => name.replace(/^main\./, 'main.header.')
  test.each(headerForgeries)('$name', ({ input, hinted, lies, refusedBy }) => {
    const told: Lies = Object.fromEntries(Object.entries(lies).map(([name, lie]) => [within(name), lie]))
    const refusals = header.refusals((s) => headerAt(s, LEVELS, headerAtInput(input), hinted), told)
    expect(refusals).toEqual(refusedBy.map(within))
  })
})

describe('LongEpoch', () => {
  const chainOf = (first: number, last: number, start = 0) =>
    new ListedChain(
      Array.from({ length: 18 - start }, (_, i) => (start + i === 12 ? first : start + i === 17 ? last : 5)),
      start,
    )

  test.each([
    [1_000_000, 1_003_600, 0n],
    [1_000_000, 1_003_601, 1n],
    [1_000_000, 1_000_000, 0n],
    [1_000_000, 999_999, 0n],
    [0, 2 ** 32 - 1, 1n],
    [2 ** 32 - 1, 0, 0n],
  ])('from %i to %i: %i', (first, last, long) => {
    for (const start of [0, 5, 12]) {
      const chain = chainOf(first, last, start)
      const told = epoch.run({ ...epochOf(chain, 2).input })
      expect(told).toEqual([long, BigInt(first), BigInt(last), BigInt(chain.bits(12))])
    }
  })

  test('refuses an epoch that begins before the chain does', () => {
    const chain = chainOf(1, 2, 13)
    const input = {
      history: chain.history(17),
      start: 13,
      ordinal: 2,
      opening: [chain.opening(13, 17), chain.opening(17, 17)],
    }
    expect(epoch.run(input)).toBeUndefined()
  })

  test('leaves nothing free but what the shape of the list says', () => {
    const fields = 'time|bits|version|nonce|hashHigh|hashLow|rootHigh|rootLow'
    const given = new RegExp(
      `^main\\.(history|start|ordinal|opening.*|header\\[[01]\\]\\.(${fields})|first|last|bits)$`,
    )
    const hints = HISTORY_HINTS.map(({ wires, argument }) => ({
      argument,
      wires: new RegExp(wires.source.replace('^main', '^main\\.header\\[[01]\\]\\.header')),
    }))
    expect(free(epoch, given, hints)).toEqual([])
  }, 120_000)

  // Each is a complete witness vector, held against the compiled R1CS and nothing else.
  test.each(epochForgeries)('$name', ({ input, hinted, lies, refusedBy }) => {
    expect(epoch.refusals((s) => longEpoch(s, EPOCH, input, hinted), lies)).toEqual(refusedBy)
  })
})
