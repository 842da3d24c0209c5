import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { toDisplay } from '../../src/bitcoin/index.ts'
import { follow } from '../../src/bus/io/prover/follow.ts'
import type { HeaderSource } from '../../src/bus/io/prover/header-source.ts'
import { diskFiles, type Files } from '../../src/lib/io/index.ts'
import { type FixtureChain, mineChain } from './chain-fixture.ts'
import { cut, main, NOW, node, ProverPlace, start, stateAt } from './prover-fixture.ts'

/** A node's chain may change between any two questions: here it does so at each in turn. */
const place = new ProverPlace()

/** Hundreds of provers begin anew here and none crashes: nobody waits for the disk. */
const files: Files = {
  ...diskFiles,
  writeSynced: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
  syncDir: async () => undefined,
}

const longer = cut(main, 14)
const fork = (height: number, length: number, salt: number): FixtureChain => {
  const tail = mineChain(length, salt, stateAt(main, height - 1))
  return {
    headers: [...main.headers.slice(0, height), ...tail.headers],
    states: [...main.states.slice(0, height), ...tail.states],
  }
}
const other = fork(10, 6, 3)

/** What the chain is at question `asked`, when it changes at question `at`. */
type Story = (asked: number, at: number) => FixtureChain
const stories: [name: string, story: Story, end: FixtureChain][] = [
  ['another branch', (asked, at) => (asked < at ? longer : other), other],
  ['fewer blocks', (asked, at) => (asked < at ? longer : cut(longer, 9)), cut(longer, 9)],
  // Disconnected, then connected again with the other branch; some questions fall between.
  ...[1, 3, 8].map((gap): [string, Story, FixtureChain] => [
    `fewer blocks for ${gap} questions, then another branch`,
    (asked, at) => (asked < at ? longer : asked < at + gap ? cut(main, 10) : other),
    other,
  ]),
  ...[1, 3, 8].map((gap): [string, Story, FixtureChain] => [
    `another branch for ${gap} questions, then back`,
    (asked, at) => (asked < at || asked >= at + gap ? longer : other),
    longer,
  ]),
]
const tipOf = (chain: FixtureChain) => toDisplay(stateAt(chain, chain.states.length - 1).context.hash)

/** A node that follows a story, and how often it was asked; before that it has two blocks less. */
function telling(story: Story, at: number): { readonly source: HeaderSource; asked: number } {
  const count = { asked: Number.NEGATIVE_INFINITY }
  const source = node(() => (++count.asked > 0 ? story(count.asked, at) : cut(longer, 12)), 3)
  return Object.assign(count, { source })
}

describe.each(stories)('a chain that changes to %s', (_, story, end) => {
  it('at any question, while it is proved', async () => {
    let last = 1
    for (let at = 1; at <= last; at++) {
      await place.fresh()
      await place.withProver(
        async (prover) => {
          const teller = telling(story, at)
          for (const height of [6, 9, 12]) await prover.advanceTo(teller.source, height)
          teller.asked = 0
          expect(await prover.advanceTo(teller.source), `question ${at}`).toMatchObject({ ok: true })
          last = Math.max(last, teller.asked)
          teller.asked = Number.POSITIVE_INFINITY
          const result = await prover.advanceTo(teller.source)
          if (!result.ok) throw new Error(`question ${at}: ${result.reject}`)
          expect(toDisplay(result.state.context.hash), `question ${at}`).toBe(tipOf(end))
        },
        { files },
      )
    }
    expect(last).toBeGreaterThan(6)
  })

  it('at any question, while it is followed', async () => {
    let last = 1
    for (let at = 1; at <= last; at++) {
      await place.fresh()
      const teller = telling(story, at)
      const published: FixtureChain['states'][number][] = []
      await place.withProver(
        async (prover) => {
          await follow({
            prover,
            source: teller.source,
            start,
            clock: () => NOW * 1000,
            news: (async function* () {
              for (const height of [6, 9]) await prover.advanceTo(teller.source, height)
              yield
              teller.asked = 0
              yield
              last = Math.max(last, teller.asked)
              teller.asked = Number.POSITIVE_INFINITY
              yield
            })(),
            publish: async (_proof, state) => {
              published.push(state)
            },
          })
        },
        { files },
      )
      const heights = published.map(({ context }) => context.height)
      expect(heights, `question ${at}`).toEqual(heights.toSorted((a, b) => a - b))
      // A block is as much work as another here: what has the most of it stays.
      expect(heights.at(-1), `question ${at}`).toBeGreaterThanOrEqual(end.states.length)
      const hash = published.at(-1)?.context.hash
      if (end === other) expect(hash, `question ${at}`).toEqual(stateAt(other, 15).context.hash)
    }
    expect(last).toBeGreaterThan(4)
  })
})

describe('what is no reorg', () => {
  const stray = fork(5, 3, 8)
  /** Its header at height 8 follows nothing it gave before. */
  const unlinked: FixtureChain = {
    headers: [...longer.headers.slice(0, 7), ...stray.headers.slice(7), ...longer.headers.slice(8)],
    states: longer.states,
  }

  it('a header that follows nothing, told twice: it is refused', async () => {
    let looks = 0
    const source = node(() => unlinked)
    const counted: HeaderSource = {
      ...source,
      headers: (...args) => {
        looks++
        return source.headers(...args)
      },
    }
    await place.withProver(async (prover, engine) => {
      const result = await prover.advanceTo(counted)
      expect(result).toMatchObject({ ok: false, reject: 'bad-prevblk-link', height: 8 })
      expect([looks, engine.folded]).toEqual([2, 0])
    })
  })

  it('such a header among published work ends following', async () => {
    let chain = longer
    await place.withProver(async (prover) => {
      const following = follow({
        prover,
        source: node(() => chain),
        start,
        clock: () => NOW * 1000,
        news: (async function* () {
          yield
          chain = { headers: [...unlinked.headers, ...other.headers], states: cut(longer, 7).states }
          yield
        })(),
        publish: async () => undefined,
      })
      await expect(following).rejects.toMatchObject({ code: 'E_SOURCE' })
    })
  })

  it('a height that the chain has not reached', async () => {
    await place.withProver(async (prover) => {
      const proving = prover.advanceTo(
        node(() => longer),
        15,
      )
      await expect(proving).rejects.toMatchObject({ code: 'E_NO_HEADERS', message: 'there is no header at height 15' })
    })
  })
})

describe('a chain that never stands still', () => {
  it('is given up for now; following waits for the next news', async () => {
    const real = node(() => longer)
    let looks = 0
    let settled = false
    // There when it is checked, gone when it is folded.
    const source: HeaderSource = {
      ...real,
      headers: async (...args) => (!settled && ++looks % 2 === 0 ? [] : await real.headers(...args)),
    }
    await place.withProver(async (prover) => {
      await expect(prover.advanceTo(source)).rejects.toMatchObject({ code: 'E_REORG' })
      expect(looks).toBe(16)
      const waited: string[] = []
      const published: number[] = []
      await follow({
        prover,
        source,
        start,
        clock: () => NOW * 1000,
        news: (async function* () {
          yield
          settled = true
          yield
        })(),
        onUnsettled: ({ code }) => waited.push(code),
        publish: async (_proof, { context }) => {
          published.push(context.height)
        },
      })
      expect([waited, published]).toEqual([['E_REORG'], [14]])
    })
  })

  it('nor ends following while it is compared with what is published', async () => {
    const branches = Array.from({ length: 12 }, (_, i) => fork(5, 12, 20 + i))
    let chain = longer
    let turn: number | null = null
    const real = node(() => chain, 2)
    const source: HeaderSource = {
      ...real,
      headers: async (...args) => {
        if (turn !== null) chain = branches[turn++ % branches.length] as FixtureChain
        return await real.headers(...args)
      },
    }
    const waited: string[] = []
    const published: string[] = []
    await place.withProver(async (prover) => {
      await follow({
        prover,
        source,
        start,
        clock: () => NOW * 1000,
        news: (async function* () {
          yield
          chain = branches[11] as FixtureChain
          turn = 0
          yield
          turn = null
          yield
        })(),
        onUnsettled: ({ code }) => waited.push(code),
        publish: async (_proof, state) => {
          published.push(toDisplay(state.context.hash))
        },
      })
    })
    expect(waited).toEqual(['E_REORG'])
    expect(published).toEqual([tipOf(longer), tipOf(chain)])
  })
})
