import { expect, it } from 'vitest'
import type { RequestKind } from '../../src/bus/index.ts'
import { Manners } from '../../src/p2p/manners.ts'

/** Two questions at once, of three that the peer answers. */
const kind = {
  name: 'test/1',
  rate: { burst: 1_000, perSecond: 1_000 },
  concurrent: { total: 4, perClient: 3 },
} as RequestKind<null, null>

it('gives up a turn that is waited for as soon as the signal fires', async () => {
  const manners = new Manners(
    () => 0,
    () => true,
  )
  const busy = Promise.withResolvers<string>()
  const all = [1, 2].map(() => manners.turn('peer', kind, () => busy.promise))
  const leaving = new AbortController()
  const waiting = manners.turn('peer', kind, async () => 'asked', leaving.signal)
  leaving.abort(new Error('enough'))
  await expect(waiting).rejects.toMatchObject({ code: 'E_ABORTED', cause: { message: 'enough' } })
  busy.resolve('answered')
  expect(await Promise.all(all)).toEqual(['answered', 'answered'])
  expect(await manners.turn('peer', kind, async () => 'next')).toBe('next')
})

it('remembers no peer that is not connected once nothing waits for it', async () => {
  const connected = new Set(['friend'])
  const manners = new Manners(
    () => 0,
    (peer) => connected.has(peer),
  )
  const unreachable = async () => {
    throw new Error('nobody is there')
  }
  for (let i = 0; i < 100; i++) await expect(manners.turn(`made-up-${i}`, kind, unreachable)).rejects.toThrow('nobody')
  await manners.turn('friend', kind, async () => null)
  expect(manners.size).toBe(1)
  const answer = Promise.withResolvers<null>()
  const asked = manners.turn('friend', kind, () => answer.promise)
  connected.delete('friend')
  manners.forget('friend')
  expect(manners.size).toBe(1)
  answer.resolve(null)
  await asked
  expect(manners.size).toBe(0)
})
