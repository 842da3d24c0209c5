import { afterEach, describe, expect, it } from 'vitest'
import { encodeField } from '../../src/bus/index.ts'
import { bytesToHex, Emitter } from '../../src/lib/index.ts'
import { Sampler, type SamplerComponents, type Told, type TriesEnd } from '../../storage/io/sampling/sampler.ts'
import type { WinWatchEvents } from '../../storage/io/sampling/win-watch.ts'
import { groundOf, hashOf, rules } from './judged-wins.ts'
import { alice, wallets } from './record-scene.ts'

type Ground = ReturnType<typeof groundOf>

const ALL_WIN = 1n << 128n
/** What would lie on a disk: any elements. */
const unit = () => encodeField(Array.from({ length: 256 }, (_, i) => BigInt(i)))

const running: Sampler[] = []
afterEach(async () => {
  for (const sampler of running.splice(0)) await sampler.stop()
})

/** A sampler on a chain whose tips are told of by hand. */
async function sampling(
  own: Partial<SamplerComponents> & { readonly threshold?: bigint; readonly ground?: Ground | null } = {},
) {
  const { threshold = 0n, ground: first = null, ...components } = own
  const events = new Emitter<WinWatchEvents>()
  let ground = first
  const now = () => (ground === null ? null : { ...ground, rules: { ...rules, threshold } })
  const ends: [height: number, partition: number, end: TriesEnd][] = []
  const settled = async (signal: AbortSignal) => {
    for (;;) {
      const there = now()
      if (there !== null) return there
      await new Promise<void>((resolve, reject) => {
        events.on('tip', () => resolve())
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    }
  }
  const sampler = new Sampler({
    ...{ watch: { events, ground: now, settled }, key: bytesToHex(alice.publicKey), partitions: [0] },
    ...{
      units: { encodedUnit: async () => unit() },
      openBlocks: 2,
      won: async () => 'told' as const,
      isWon: () => false,
    },
    ...components,
  })
  running.push(sampler)
  sampler.events.on('sampled', ({ height, partition, end }) => ends.push([height, partition, end]))
  const scene = {
    ends,
    /** All is as of this tip, or of none. */
    to(next: Ground | null) {
      ground = next
      events.emit('tip', { height: next?.height ?? 0, hash: hashOf(next?.height ?? 0) })
    },
    states: () => ends.map(([height, , { state }]) => [height, state]),
    async ended(count: number) {
      await expect.poll(() => ends.length).toBe(count)
    },
  }
  await sampler.start()
  return scene
}

/** Something that is waited for, and let go. */
function gate<Value>() {
  const asked = Promise.withResolvers<void>()
  const { promise, resolve } = Promise.withResolvers<Value>()
  const pass = () => {
    asked.resolve()
    return promise
  }
  return { asked: asked.promise, open: resolve, pass }
}

describe('the tries of a provider', () => {
  it('end once for each partition and block at which its key counts, of the newest one first', async () => {
    const scene = await sampling({ partitions: [0, 1] })
    scene.to(groundOf(20))
    await scene.ended(4)
    // Eight positions of the first partition are used as of block 13; the other is empty.
    expect(scene.ends).toEqual([
      [20, 0, { state: 'none', tries: 8, missed: 0 }],
      [20, 1, { state: 'empty' }],
      [19, 0, { state: 'none', tries: 8, missed: 0 }],
      [19, 1, { state: 'empty' }],
    ])
    scene.to(groundOf(20))
    scene.to(groundOf(21))
    await scene.ended(6)
    expect(scene.ends.slice(4).map(([height]) => height)).toEqual([21, 21])
  })

  it('win once a block, and say by which try and how it was told', async () => {
    const told: number[] = []
    const scene = await sampling({
      threshold: ALL_WIN,
      ground: groundOf(20),
      won: async ({ height, statement }) => {
        told.push(statement.number)
        return height === 20 ? 'told' : 'inscribed'
      },
    })
    await scene.ended(2)
    expect(scene.ends).toEqual([
      [20, 0, { state: 'won', number: 0, how: 'told', tries: 1, missed: 0 }],
      [19, 0, { state: 'won', number: 0, how: 'inscribed', tries: 1, missed: 0 }],
    ])
    expect(told).toEqual([0, 0])
  })

  it('go on where a win could not be proved, and do not where it was too late', async () => {
    const answers: Told[] = ['no-proof', 'no-proof', 'told', 'no-proof', 'late']
    const scene = await sampling({ threshold: ALL_WIN, ground: groundOf(20), won: async () => answers.shift() as Told })
    await scene.ended(2)
    expect(scene.ends.map(([, , end]) => end)).toEqual([
      { state: 'won', number: 2, how: 'told', tries: 3, missed: 0 },
      { state: 'proved-late', number: 1 },
    ])
  })

  it('wait where chain and table move: none is lost', async () => {
    const first = gate<Told>()
    const scene = await sampling({ threshold: ALL_WIN, ground: groundOf(20), won: first.pass })
    await first.asked
    // Block 20 is being won; block 21 comes, and the chain moves on just when its tries would begin.
    scene.to(groundOf(21))
    scene.to(null)
    first.open('told')
    await scene.ended(2)
    scene.to(groundOf(21))
    await scene.ended(3)
    expect(scene.states()).toEqual([
      [19, 'late'],
      [20, 'won'],
      [21, 'won'],
    ])
  })

  it.each([
    [2, ['late', 'proved-late']],
    [3, ['late', 'won']],
  ])('are over once %i blocks have come after theirs', async (openBlocks, states) => {
    const first = gate<Told>()
    let calls = 0
    const won = (_: unknown, signal: AbortSignal) => {
      if (calls++ > 0) return Promise.resolve<Told>('told')
      signal.addEventListener('abort', () => first.open('late'))
      return first.pass()
    }
    const scene = await sampling({ openBlocks, threshold: ALL_WIN, ground: groundOf(20), won })
    await first.asked
    scene.to(groundOf(22))
    if (openBlocks === 3) first.open('told')
    await scene.ended(openBlocks + 2)
    const of = (height: number) => scene.states().find(([at]) => at === height)?.[1]
    expect([of(19), of(20)]).toEqual(states)
    expect([of(21), of(22)]).toEqual(['won', 'won'])
  })

  it('end where their block leaves the chain, and those of the other one begin', async () => {
    const first = gate<Told>()
    let calls = 0
    const won = (_: unknown, signal: AbortSignal) => {
      if (calls++ > 0) return Promise.resolve<Told>('told')
      return Promise.race([
        first.pass(),
        new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ])
    }
    const scene = await sampling({ threshold: ALL_WIN, ground: groundOf(20), won })
    await first.asked
    scene.to(groundOf(20, undefined, (height) => (height >= 20 ? 'fork' : '')))
    await scene.ended(3)
    expect(scene.states().sort()).toEqual([
      [19, 'won'],
      [20, 'left-chain'],
      [20, 'won'],
    ])
  })

  it('of blocks that come together are begun, or told to be late, each', async () => {
    for (const [openBlocks, late] of [
      [2, [21, 22]],
      [3, [21]],
    ] as const) {
      const scene = await sampling({ openBlocks, ground: groundOf(20) })
      await scene.ended(openBlocks)
      scene.to(groundOf(24))
      await scene.ended(openBlocks + 4)
      const ends = scene.states().slice(openBlocks)
      expect(ends.filter(([, state]) => state === 'late').map(([height]) => height)).toEqual(late)
      expect(ends.map(([height]) => height).sort()).toEqual([21, 22, 23, 24])
    }
  })

  it('are not answered again where the win was told before', async () => {
    const scene = await sampling({ threshold: ALL_WIN, ground: groundOf(20), isWon: () => true })
    await scene.ended(2)
    expect(scene.states()).toEqual([
      [20, 'won-before'],
      [19, 'won-before'],
    ])
  })

  it('end without a win where the block left the chain while it was proved', async () => {
    const scene = await sampling({ threshold: ALL_WIN, ground: groundOf(20), won: async () => 'left-chain' })
    await scene.ended(2)
    expect(scene.states()[0]).toEqual([20, 'left-chain'])
  })

  it('that fail are told, and keep none of the next from being answered', async () => {
    let isBroken = true
    const scene = await sampling({
      ground: groundOf(20),
      units: {
        encodedUnit: async () => {
          if (isBroken) throw new Error('the disk is gone')
          return unit()
        },
      },
    })
    await scene.ended(2)
    expect(scene.states()).toEqual([
      [20, 'failed'],
      [19, 'failed'],
    ])
    isBroken = false
    scene.to(groundOf(21))
    await scene.ended(3)
    expect(scene.states()[2]).toEqual([21, 'none'])
  })

  it('say how many were not answered', async () => {
    const scene = await sampling({ ground: groundOf(20), units: { encodedUnit: async () => null } })
    await scene.ended(2)
    expect(scene.ends[0]?.[2]).toEqual({ state: 'none', tries: 8, missed: 8 })
  })

  it('are none of a key that does not count', async () => {
    const scene = await sampling({ key: bytesToHex(wallets[2]!.publicKey) })
    scene.to(groundOf(20))
    scene.to(groundOf(21))
    expect(scene.ends).toEqual([])
  })
})
