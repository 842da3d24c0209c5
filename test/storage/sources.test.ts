import { expect, it } from 'vitest'
import { Sources } from '../../storage/io/replica/sources.ts'
import { PeerMemory } from '../../storage/replica/peer-memory.ts'
import { PeerNet } from './peer-net.ts'

const sources = () => {
  const memory = new PeerMemory(() => 0)
  const peers = { provide: async () => undefined, async *find() {} }
  return new Sources({ transport: new PeerNet().transport('own'), peers, memory, clock: () => 0 })
}

it('an offer that is told again is no news', () => {
  const all = sources()
  expect(all.offered('a', 'alice')).toBe(true)
  expect(all.offered('a', 'alice')).toBe(false)
  expect(all.offered('a', 'bob')).toBe(true)
  expect(all.at('a').sort()).toEqual(['alice', 'bob'])
})

it('a flood of offers pushes out its own, and nobody else’s', () => {
  const all = sources()
  for (let i = 0; i < 100; i++) all.offered(`honest${i}`, 'alice')
  for (let peer = 0; peer < 30; peer++)
    for (let i = 0; i < 5_000; i++) all.offered(`none${peer}-${i}`, `mallory${peer}`)
  const lost = Array.from({ length: 100 }, (_, i) => all.at(`honest${i}`)).filter((peers) => peers[0] !== 'alice')
  expect(lost).toEqual([])
  expect(all.at('none0-0')).toEqual([])
})
