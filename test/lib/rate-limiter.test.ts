import { expect, it } from 'vitest'
import { RateLimiter } from '../../src/lib/index.ts'

it('gives every client its own bucket, filled with time', () => {
  let now = 0
  const limiter = new RateLimiter({ burst: 2, perSecond: 1 }, () => now)
  const goesOn = (client: string) => limiter.take(client) === 0
  expect([goesOn('a'), goesOn('a'), goesOn('a'), goesOn('b')]).toEqual([true, true, false, true])
  now += 999
  expect(limiter.take('a')).toBeGreaterThan(0)
  now += 1
  expect([goesOn('a'), goesOn('a')]).toEqual([true, false])
  now += 1_000_000
  expect([goesOn('a'), goesOn('a'), goesOn('a')]).toEqual([true, true, false])
})

it('tells how long to wait, and after that lets go on', () => {
  let now = 0
  const limiter = new RateLimiter({ burst: 1, perSecond: 0.5 }, () => now)
  expect(limiter.take('a')).toBe(0)
  const wait = limiter.take('a')
  expect(wait).toBe(2000)
  now += wait
  expect(limiter.take('a')).toBe(0)
})

it('remembers only so many clients', () => {
  const limiter = new RateLimiter({ burst: 1, perSecond: 0.001 }, () => 0)
  expect(limiter.take('first')).toBe(0)
  for (let i = 0; i < 10_000; i++) limiter.take(`client ${i}`)
  expect(limiter.take('first')).toBe(0)
})
