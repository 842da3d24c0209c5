import { afterAll, beforeAll, expect, test } from 'vitest'
import { Crash, CrashingClient, InscriberPlace, textEnvelope } from '../support/inscriber-place.ts'

let place: InscriberPlace
beforeAll(async () => {
  place = await InscriberPlace.make(2)
})
afterAll(() => place.remove())

test('a crash before or after any call to the node: inscribed once, nothing lost', async () => {
  const before = await place.worth()
  let fees = 0n
  let moments = 0
  const ids: string[] = []
  for (const heard of [false, true]) {
    for (let n = 0; ; n++) {
      const envelope = textEnvelope(`crash at ${n}, ${heard}`)
      const client = new CrashingClient(place.node, n, heard)
      const crashed = await place
        .inscriber({ client })
        .inscribe([envelope])
        .then(
          () => false,
          (error) => {
            if (!(error instanceof Crash)) throw error
            return true
          },
        )
      client.close()
      const job = await place.inscriber().inscribe([envelope])
      expect(job.inscriptions).toMatchObject([{ confirmations: 1 }])
      ids.push(job.inscriptions[0]!.id)
      fees += job.fees
      if (!crashed) break
      moments++
    }
  }
  console.log(`${moments} moments, ${ids.length} inscriptions`)
  expect(moments).toBeGreaterThan(20)
  expect(new Set(ids).size).toBe(ids.length)
  const fresh = await place.freshIndex('fresh')
  expect([...fresh.keys()].filter((key) => key.startsWith('id:')).sort()).toEqual(ids.map((id) => `id:${id}`).sort())
  expect((await place.worth()) + fees).toBe(before)
})
