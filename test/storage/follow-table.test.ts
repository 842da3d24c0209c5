import { describe, expect, it } from 'vitest'
import { Tallies } from '../../storage/replica/tallies.ts'
import type { TableEntry } from '../../storage/table/blobs.ts'
import { EntryFollower } from '../../storage/table/follow.ts'

const entry = (id: number): TableEntry => ({ id: `${id}` }) as TableEntry

/** A list that counts how often somebody looks at one of its elements. */
function counted(entries: TableEntry[]) {
  const looks = { count: 0 }
  const list = new Proxy(entries, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^[0-9]+$/.test(key)) looks.count++
      return Reflect.get(target, key, receiver)
    },
  })
  return { list, looks }
}

describe('what has changed in a table', () => {
  it('is told of any chain of additions and reorgs as a comparison of all of it tells', () => {
    const follower = new EntryFollower()
    let [entries, seen]: [TableEntry[], TableEntry[]] = [[], []]
    for (let step = 0; step < 500; step++) {
      const undone = (step * 7) % 5 === 0 ? (step * 13) % 11 : 0
      const added = Array.from({ length: (step * 5) % 7 }, (_, i) => entry(step * 10 + i))
      entries = [...entries.slice(0, Math.max(0, entries.length - undone)), ...added]
      const { left, came } = follower.changes(entries)
      expect(left).toEqual(seen.filter((one) => !entries.includes(one)))
      expect(came).toEqual(entries.filter((one) => !seen.includes(one)))
      seen = entries
    }
  })

  it('takes as many looks as there are changes, with 100,000 blobs in the table', () => {
    const { list, looks } = counted(Array.from({ length: 100_000 }, (_, i) => entry(i)))
    const follower = new EntryFollower()
    expect(follower.changes(list).came).toHaveLength(100_000)
    looks.count = 0
    expect(follower.changes(list)).toEqual({ left: [], came: [] })
    list.push(entry(100_000))
    expect(follower.changes(list).came).toHaveLength(1)
    list.splice(99_990)
    list.push(entry(7))
    expect(follower.changes(list)).toMatchObject({ left: { length: 11 }, came: { length: 1 } })
    expect(looks.count).toBeLessThan(100)
  })

  it('is summed up by partition as a sum over all blobs says', () => {
    const tallies = new Tallies()
    const stands = new Map<string, Parameters<Tallies['set']>[1]>()
    for (let i = 0; i < 2_000; i++) {
      const id = `${(i * 17) % 97}`
      if (i % 5 === 0) {
        tallies.delete(id)
        stands.delete(id)
        continue
      }
      const chunks = 1 + (i % 9)
      const held = i % (chunks + 1)
      const stand = { partition: i % 3, chunks, held, encoded: i % (held + 1), isHole: i % 4 === 0 }
      tallies.set(id, stand)
      stands.set(id, stand)
    }
    for (const partition of [0, 1, 2, 3]) {
      const here = [...stands.values()].filter((one) => one.partition === partition)
      const sum = (of: (one: (typeof here)[number]) => number) => here.reduce((total, one) => total + of(one), 0)
      expect(tallies.of(partition)).toEqual({
        used: sum(({ chunks }) => chunks),
        held: sum(({ held }) => held),
        encoded: sum(({ encoded }) => encoded),
        holes: sum(({ isHole, chunks, held }) => (isHole ? chunks - held : 0)),
      })
    }
    const all = [0, 1, 2].map((partition) => tallies.of(partition))
    expect(tallies.awaited).toBe(all.reduce((total, { used, held, holes }) => total + used - held - holes, 0))
  })
})
