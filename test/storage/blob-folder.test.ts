import { bytesToHex } from '@noble/hashes/utils.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { someBytes } from './bytes.ts'
import { ReadingPlace } from './reading-place.ts'

let place: ReadingPlace
beforeAll(async () => {
  place = await ReadingPlace.make()
})
afterAll(() => place?.remove())

it('a folder gives pieces of many blobs at once, and what is not there is in the way of none', async () => {
  const ids: string[] = []
  for (let i = 0; i < 12; i++) ids.push(await place.blob(someBytes(100, i)))
  const absent = Array.from({ length: 30 }, (_, i) => bytesToHex(someBytes(32, i)))
  const given = await Promise.all([...ids, ...absent].map((id) => place.blobs.unit(id, 0)))
  for (const [i, piece] of given.entries()) {
    if (i < 12) expect(piece?.bytes.subarray(0, 100)).toEqual(someBytes(100, i))
    else expect(piece).toBeNull()
  }
})
