import { describe, expect, it } from 'vitest'
import { firstPublished } from '../../src/cli/first-published.ts'
import { abortedError, type Result, rejection, WscError } from '../../src/lib/index.ts'

const { signal } = new AbortController()
type Built = Result<{ readonly record: string }, string>

/** Records by what becomes of each: its bundle cannot be had, is junk, cannot be set up, or is right. */
async function tried(...fates: readonly ('gone' | 'junk' | 'throws' | 'right')[]) {
  const built: string[] = []
  const records = fates.map((fate, i) => ({ fate, record: `${fate}${i}` }))
  const found = firstPublished(records, {
    signal,
    read: async ({ fate }) =>
      fate === 'gone' ? rejection('not-found', 'nobody has it') : { ok: true, bytes: new Uint8Array() },
    build: async (_, { fate, record }): Promise<Built> => {
      built.push(record)
      if (fate === 'throws') throw new WscError('E_SETUP', 'its key is none')
      return fate === 'right' ? { ok: true, record } : rejection('not-a-bundle', 'it is junk')
    },
  })
  return { found: await found, built }
}

describe('of records of one program', () => {
  it('the first that is built is taken, whatever others have put before it', async () => {
    const { found, built } = await tried('gone', 'junk', 'throws', 'right', 'right')
    expect(found).toEqual({ ok: true, record: 'right3' })
    expect(built).toEqual(['junk1', 'throws2', 'right3'])
  })

  it('it is told what hinders each where none is', async () => {
    expect((await tried('junk')).found).toEqual(rejection('not-a-bundle', 'it is junk'))
    expect((await tried('gone')).found).toEqual(rejection('not-given', 'gone0: not-found: nobody has it'))
    const both = 'gone0: not-found: nobody has it; junk1: not-a-bundle: it is junk'
    expect((await tried('gone', 'junk')).found).toEqual(rejection('not-a-bundle', both))
    await expect(tried('throws', 'junk')).rejects.toMatchObject({ code: 'E_SETUP' })
  })

  it('none is tried after an interrupt', async () => {
    const stop = new AbortController()
    const asked: string[] = []
    const found = firstPublished([{ record: 'a' }, { record: 'b' }], {
      signal: stop.signal,
      read: async () => ({ ok: true, bytes: new Uint8Array() }),
      build: async (_, { record }): Promise<Built> => {
        asked.push(record)
        stop.abort()
        throw abortedError()
      },
    })
    await expect(found).rejects.toMatchObject({ code: 'E_ABORTED' })
    expect(asked).toEqual(['a'])
  })
})
