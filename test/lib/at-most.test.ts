import { expect, test } from 'vitest'
import { AtMost } from '../../src/lib/index.ts'

const never = new AbortController().signal

/** Work that ends when it is told to, and what has begun. */
function works(most: number) {
  const atMost = new AtMost(most)
  const begun: string[] = []
  const work = (name: string, signal = never) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const done = atMost.run(() => {
      begun.push(name)
      return promise
    }, signal)
    done.catch(() => undefined)
    return { done, end: () => resolve(name), fail: () => reject(new Error(name)) }
  }
  return { begun, work }
}

test('so many run at a time, and others begin in their order as places fall free', async () => {
  const { begun, work } = works(2)
  const [a, b, c, d] = [work('a'), work('b'), work('c'), work('d')]
  expect(begun).toEqual(['a', 'b'])
  b.fail()
  await expect(b.done).rejects.toThrow('b')
  expect(begun).toEqual(['a', 'b', 'c'])
  for (const one of [a, c, d]) one.end()
  expect(await Promise.all([a.done, c.done, d.done])).toEqual(['a', 'c', 'd'])
  const e = work('e')
  e.end()
  expect(await e.done).toBe('e')
})

test('who is not waited for any more takes no place', async () => {
  const { begun, work } = works(1)
  const stop = new AbortController()
  const [a, b, c] = [work('a'), work('b', stop.signal), work('c')]
  stop.abort()
  await expect(b.done).rejects.toBe(stop.signal.reason)
  a.end()
  c.end()
  expect(await c.done).toBe('c')
  expect(begun).toEqual(['a', 'c'])
  await expect(work('d', stop.signal).done).rejects.toMatchObject({ code: 'E_ABORTED' })
})

test('a place that was given to who left just then goes to the next', async () => {
  const { begun, work } = works(1)
  const stop = new AbortController()
  const [a, b, c] = [work('a'), work('b', stop.signal), work('c')]
  a.end()
  await a.done.then(() => stop.abort())
  b.end()
  await b.done.catch(() => undefined)
  c.end()
  expect(await c.done).toBe('c')
  expect(begun.at(-1)).toBe('c')
})
