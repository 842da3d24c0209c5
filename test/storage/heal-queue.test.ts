import { describe, expect, it } from 'vitest'
import { HealQueue } from '../../storage/replica/heal-queue.ts'

/** A queue with a clock that the test moves. */
function queue(places = { total: 4, perAuthor: 2, vain: 2, vainPerAuthor: 1 }) {
  const clock = { now: 0 }
  return { clock, queue: new HealQueue({ firstMs: 1_000, mostMs: 60_000 }, places, () => clock.now) }
}

describe('the queue of blobs that are to be healed', () => {
  it('tries one that fails less and less often, and at once when something changes for it', () => {
    const { queue: heal, clock } = queue()
    heal.add('a', 'alice')
    const pauses: (number | null)[] = []
    for (let i = 0; i < 9; i++) {
      expect(heal.take()).toBe('a')
      heal.failed('a')
      pauses.push(heal.dueIn())
      expect(heal.take()).toBeNull()
      clock.now += heal.dueIn() ?? 0
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000))
    expect(heal.take()).toBe('a')
    heal.failed('a')
    heal.hurry('a')
    expect(heal.take()).toBe('a')
    // While it is being tried somebody offers it: it is tried again at once.
    heal.hurry('a')
    heal.failed('a')
    expect(heal.take()).toBe('a')
    heal.failed('a')
    expect(heal.dueIn()).toBe(1_000)
    heal.hurryAll()
    expect(heal.dueIn()).toBe(0)
    heal.remove('a')
    expect([heal.take(), heal.dueIn(), heal.size]).toEqual([null, null, 0])
  })

  it('lets one author take so many places and no more, however many blobs he withholds', () => {
    const { queue: heal, clock } = queue()
    for (let i = 0; i < 1_000; i++) heal.add(`hole${i}`, 'mallory')
    heal.add('good', 'alice')
    const taken = [heal.take(), heal.take(), heal.take(), heal.take()]
    expect(taken).toEqual([expect.stringMatching(/^hole/), expect.stringMatching(/^hole/), 'good', null])
    expect(heal.dueIn()).toBeNull()
    for (const id of taken.slice(0, 2)) heal.failed(id as string)
    // Those that were not tried yet come before those that were.
    const others = [heal.take(), heal.take()]
    for (const id of others) expect(taken).not.toContain(id)
    clock.now += 1_000_000
    expect(heal.take()).toBeNull()
    heal.remove(others[0] as string)
    expect(heal.take()).toMatch(/^hole/)
  })

  it('leaves places to blobs that were never tried, whoever has those that are tried in vain', () => {
    const { queue: heal, clock } = queue()
    for (let i = 0; i < 8; i++) heal.add(`hole${i}`, `mallory${i}`)
    for (let id = heal.take(); id !== null; id = heal.take()) heal.failed(id)
    // All are due again, and tried for as long as their peers like.
    clock.now += 1_000_000
    expect([heal.take(), heal.take(), heal.take(), heal.dueIn()]).toEqual(['hole0', 'hole1', null, null])
    heal.hurryAll()
    for (const id of ['new', 'newer']) heal.add(id, 'alice')
    expect([heal.take(), heal.take(), heal.take()]).toEqual(['new', 'newer', null])
  })

  it('leaves one of an author’s places to those of his blobs that were never tried', () => {
    const { queue: heal, clock } = queue()
    for (const id of ['old', 'older']) heal.add(id, 'alice')
    for (let id = heal.take(); id !== null; id = heal.take()) heal.failed(id)
    clock.now += 1_000_000
    heal.add('new', 'alice')
    expect([heal.take(), heal.take(), heal.take()]).toEqual(['old', 'new', null])
    heal.remove('new')
    heal.failed('old')
    expect(heal.take()).toBe('older')
  })

  it('gives in the order of when blobs are due, whatever is added, removed and hurried', () => {
    const { queue: heal, clock } = queue({ total: 1_000, perAuthor: 1_000, vain: 1_000, vainPerAuthor: 1_000 })
    const due = new Map<string, number>()
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    for (let i = 0; i < 3_000; i++) {
      const id = `blob${random(400)}`
      clock.now += random(50)
      switch (random(4)) {
        case 0:
          heal.remove(id)
          due.delete(id)
          break
        case 1: {
          const taken = heal.take()
          const [first] = [...due].sort(([, a], [, b]) => a - b)
          expect(taken === null ? null : due.get(taken)).toBe(
            first === undefined || first[1] > clock.now ? null : first[1],
          )
          if (taken === null) break
          heal.failed(taken)
          heal.hurry(taken)
          due.set(taken, clock.now)
          break
        }
        default:
          if (!due.has(id)) due.set(id, clock.now)
          heal.add(id, `author${random(20)}`)
      }
      expect(heal.size).toBe(due.size)
    }
  })
})
