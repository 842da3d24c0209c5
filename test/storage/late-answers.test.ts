import { describe, expect, it } from 'vitest'
import { LateAnswers } from '../../storage/io/put/late-answers.ts'

describe('answers that may be late', () => {
  const all = { ms: 5, isEnough: () => false }
  /** Of `slow` when the test lets it answer, of others at once. */
  const scene = () => {
    const slow = Promise.withResolvers<string>()
    const answers = new LateAnswers<string>()
    const asked: string[] = []
    const ask = async (about: string, wait = all) => {
      const question = (peer: string) => {
        asked.push(`${about} ${peer}`)
        return peer === 'slow' ? slow.promise : Promise.resolve(peer)
      }
      return [...(await answers.ask(about, ['slow', 'quick'], question, wait)).values()]
    }
    return { slow, ask, asked }
  }

  it('are there the next time, and nobody is asked the same twice meanwhile', async () => {
    const { slow, ask, asked } = scene()
    expect(await ask('a')).toEqual(['quick'])
    expect(await ask('a')).toEqual(['quick'])
    slow.resolve('slow')
    await slow.promise
    expect(await ask('a')).toEqual(['slow', 'quick'])
    expect(asked.filter((one) => one === 'a slow')).toHaveLength(1)
  })

  it('of one that was waited for in vain are not waited for again', async () => {
    const { slow, ask, asked } = scene()
    await ask('a')
    // With no end of patience.
    const patient = { ...all, ms: 2 ** 30 }
    expect(await ask('b', patient)).toEqual(['quick'])
    slow.resolve('slow')
    await slow.promise
    expect(asked).toContain('b slow')
    expect(await ask('c', patient)).toEqual(expect.arrayContaining(['slow', 'quick']))
  })

  it('are not waited for where there are enough', async () => {
    const { ask } = scene()
    expect(
      await ask('a', { ms: 2 ** 30, isEnough: (said: ReadonlyMap<string, string>) => said.size > 0 } as never),
    ).toEqual(['quick'])
  })

  it('that fail are thrown', async () => {
    const answers = new LateAnswers<string>()
    const failing = async () => {
      throw new RangeError('no')
    }
    await expect(answers.ask('a', ['one'], failing, all)).rejects.toThrow(RangeError)
  })
})
