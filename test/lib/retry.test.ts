import { describe, expect, it } from 'vitest'
import { retry } from '../../src/lib/index.ts'
import type { RetryOptions } from '../../src/lib/retry.ts'

class Passing extends Error {
  readonly askedMs: number | undefined
  constructor(askedMs?: number) {
    super('not now')
    this.askedMs = askedMs
  }
}

const quick: RetryOptions = {
  firstMs: 1,
  mostMs: 4,
  isTransient: (error) => error instanceof Passing,
  askedMs: (error) => (error instanceof Passing ? error.askedMs : undefined),
}

/** Fails so many times, then gives how often it was called. */
function failing(times: number, error: () => unknown = () => new Passing()) {
  let calls = 0
  return async () => {
    if (++calls <= times) throw error()
    return calls
  }
}

describe('retry', () => {
  it('asks again while the failure may pass, with pauses that double up to the longest', async () => {
    const pauses: [number, number][] = []
    const onPause = (_error: unknown, failures: number, ms: number) => pauses.push([failures, ms])
    expect(await retry(failing(5), { ...quick, onPause })).toBe(6)
    expect(pauses).toEqual([1, 2, 4, 4, 4].map((ms, i) => [i + 1, ms]))
  })

  it('throws at once what will not pass, be it a bug or no error at all', async () => {
    for (const thrown of [new Error('for good'), new TypeError('a bug'), 'a text', undefined]) {
      const attempts: number[] = []
      const work = async (before: number) => {
        attempts.push(before)
        throw thrown
      }
      const caught = await retry(work, quick).catch((error: unknown) => ({ error }))
      expect([caught, attempts]).toEqual([{ error: thrown }, [0]])
    }
  })

  it('begins no try after its bound, and throws the last failure', async () => {
    const last = new Passing()
    const began = performance.now()
    await expect(
      retry(
        failing(Number.POSITIVE_INFINITY, () => last),
        { ...quick, withinMs: 30 },
      ),
    ).rejects.toBe(last)
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(performance.now() - began).toBeGreaterThan(29)
  })

  it('leaves the other side alone as long as it asks, and not at all where that is too long', async () => {
    const pauses: number[] = []
    const onPause = (_error: unknown, _failures: number, ms: number) => pauses.push(ms)
    const began = performance.now()
    expect(
      await retry(
        failing(1, () => new Passing(40)),
        { ...quick, withinMs: 5_000, onPause },
      ),
    ).toBe(2)
    expect(performance.now() - began).toBeGreaterThan(39)
    expect(pauses).toEqual([40])
    const asked = failing(1, () => new Passing(60_000))
    await expect(retry(asked, { ...quick, withinMs: 5_000 })).rejects.toThrow(Passing)
  })

  it('ends a pause at once with the reason of its signal', async () => {
    for (const asked of [undefined, 60_000]) {
      const stop = new AbortController()
      const options = { ...quick, firstMs: 60_000, mostMs: 60_000, signal: stop.signal }
      const onPause = () => setTimeout(() => stop.abort('enough'))
      const work = failing(1, () => new Passing(asked))
      expect(await retry(work, { ...options, onPause }).catch((error: unknown) => error)).toBe('enough')
      expect(await retry(work, options).catch((error: unknown) => error)).toBe('enough')
    }
  })

  it('gives what was done, though the signal fired in the same moment', async () => {
    const stop = new AbortController()
    const work = async () => {
      stop.abort()
      return 'sent'
    }
    expect(await retry(work, { ...quick, signal: stop.signal })).toBe('sent')
  })
})
