import { describe, expect, it } from 'vitest'
import { Running, type RunningService, type Service, together } from '../../src/lib/index.ts'

/** A service that notes what is done to it; what is given to it fails. */
function noting(name: string, notes: string[], failing: { start?: string; stop?: string } = {}): Service {
  const note = (what: 'start' | 'stop') => async () => {
    notes.push(`${what} ${name}`)
    if (failing[what] !== undefined) throw new Error(failing[what])
  }
  return { start: note('start'), stop: note('stop') }
}

/** One with work of its own, which `end` ends. */
function working(): RunningService & { end(error?: Error): void } {
  const running = new Running()
  const work = Promise.withResolvers<void>()
  return {
    end: (error) => (error === undefined ? work.resolve() : work.reject(error)),
    async start(signal) {
      running.begin(async (ending) => {
        ending.addEventListener('abort', () => work.resolve())
        await work.promise
      }, signal)
    },
    stop: () => running.stop(),
    ended: () => running.ended(),
  }
}

describe('services together', () => {
  it('start in order and stop in the reverse, once', async () => {
    const notes: string[] = []
    const all = together(['a', 'b', 'c'].map((name) => noting(name, notes)))
    await all.start()
    await all.stop()
    await all.stop()
    expect(notes).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a'])
  })

  it('are stopped again where one cannot start, and that is what is told', async () => {
    const notes: string[] = []
    const all = together([
      noting('a', notes, { stop: 'a does not stop' }),
      noting('b', notes),
      noting('c', notes, { start: 'no port' }),
      noting('d', notes),
    ])
    await expect(all.start()).rejects.toThrow('no port')
    expect(notes).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a'])
  })

  it('are all stopped, though one of them fails at it', async () => {
    const notes: string[] = []
    const all = together([noting('a', notes), noting('b', notes, { stop: 'disk full' }), noting('c', notes)])
    await all.start()
    await expect(all.stop()).rejects.toThrow('disk full')
    expect(notes.slice(3)).toEqual(['stop c', 'stop b', 'stop a'])
  })

  it('let go what was opened for them, after all have stopped, started or not', async () => {
    const notes: string[] = []
    const all = together([noting('a', notes, { stop: 'disk full' })], async () => {
      notes.push('release')
    })
    await all.start()
    await expect(all.stop()).rejects.toThrow('disk full')
    const never = together([noting('b', notes)], async () => {
      notes.push('release')
    })
    await never.stop()
    expect(notes).toEqual(['start a', 'stop a', 'release', 'release'])
  })

  it('have ended once all with work have, or as soon as one fails', async () => {
    const [first, second] = [working(), working()]
    const both = together([first, noting('a', []), second])
    await both.start()
    let over = false
    const ended = both.ended().then(() => {
      over = true
    })
    first.end()
    await first.ended()
    expect(over).toBe(false)
    second.end()
    await ended
    const [failing, other] = [working(), working()]
    const pair = together([failing, other])
    await pair.start()
    failing.end(new Error('broken'))
    await expect(pair.ended()).rejects.toThrow('broken')
    await expect(pair.stop()).rejects.toThrow('broken')
    await other.ended()
  })

  it('end by their signal', async () => {
    const controller = new AbortController()
    const both = together([working(), working()])
    await both.start(controller.signal)
    controller.abort()
    await both.ended()
    await both.stop()
  })
})
