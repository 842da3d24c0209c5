import { afterAll, beforeAll, expect, test } from 'vitest'
import { crashEverywhere } from '../support/crash-everywhere.ts'
import { InscriberPlace } from '../support/inscriber-place.ts'

let place: InscriberPlace
beforeAll(async () => {
  place = await InscriberPlace.make(2)
})
afterAll(() => place.remove())

test('a crash before or after any call to the node: inscribed once, nothing lost', async () => {
  const before = await place.worth()
  const { fees } = await crashEverywhere(place)
  expect((await place.worth()) + fees).toBe(before)
})
