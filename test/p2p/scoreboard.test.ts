import { describe, expect, it } from 'vitest'
import { Scoreboard } from '../../src/p2p/scoreboard.ts'

const LIMITS = { banAt: 100, banMs: 3_600_000, halfLifeMs: 600_000, peers: 3 }

function board() {
  let now = 1000
  const scores = new Scoreboard(() => now, LIMITS)
  return {
    scores,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

describe('scores of peers', () => {
  it.each([
    ['lie', -100],
    ['oversized', -50],
    ['malformed', -25],
    ['slow', -10],
    ['flood', -5],
  ] as const)('a %s costs %i', (fault, score) => {
    const { scores } = board()
    expect(scores.blame('a', fault)).toBe(score === -100)
    expect(scores.score('a')).toBe(score)
    expect(scores.score('b')).toBe(0)
  })

  it('halve in ten minutes', () => {
    const { scores, pass } = board()
    scores.blame('a', 'malformed')
    pass(600_000)
    expect(scores.score('a')).toBe(-12.5)
    scores.blame('a', 'malformed')
    expect(scores.score('a')).toBe(-37.5)
    pass(1_200_000)
    expect(scores.score('a')).toBe(-9.375)
  })

  it('ban once, for an hour, and halfway to the next ban', () => {
    const { scores, pass } = board()
    const bans = Array.from({ length: 30 }, () => scores.blame('a', 'flood')).filter((banned) => banned)
    expect(bans).toHaveLength(1)
    expect([scores.isBanned('a'), scores.score('a')]).toEqual([true, -100])
    pass(3_599_999)
    expect(scores.isBanned('a')).toBe(true)
    pass(1)
    expect([scores.isBanned('a'), scores.score('a')]).toEqual([false, -50])
    expect(scores.blame('a', 'oversized')).toBe(true)
  })

  it('are kept of so many peers, those blamed last', () => {
    const { scores } = board()
    for (const peer of ['a', 'b', 'c', 'a', 'd']) scores.blame(peer, 'slow')
    expect(['a', 'b', 'c', 'd'].map((peer) => scores.score(peer))).toEqual([-20, 0, -10, -10])
  })
})
